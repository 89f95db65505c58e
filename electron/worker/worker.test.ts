import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const IMPORT = /^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'([^']+)'/gm

/** Everything that a file imports at run time, and what that imports. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const target = specifier.startsWith('.') ? join(dirname(file), specifier) : specifier
    if (seen.has(target)) continue
    seen.add(target)
    if (specifier.startsWith('.')) importsOf(target, seen)
  }
  return seen
}

test('a worker loads no package, so that it is quick to start and small', () => {
  const all = [...importsOf(join(import.meta.dirname, 'worker.ts'))]
  expect(all.filter((name) => name.endsWith('worker-session.ts'))).toHaveLength(1)
  expect(all.filter((name) => !name.endsWith('.ts') && !name.startsWith('node:'))).toEqual([])
})
