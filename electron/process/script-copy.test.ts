import { expect, test } from 'vitest'
import { scriptCopyBeside, scriptCopyInStore } from './script-copy.ts'

test('a copy is hidden, stands beside the original and keeps its ending', () => {
  expect(scriptCopyBeside('/a/b/build.sh', 'data', 12)).toMatch(
    /^\/a\/b\/\.build\.jobyard-[0-9a-f]{8}-12\.sh$/,
  )
  expect(scriptCopyBeside('/a/b/Makefile', 'data', 12)).toMatch(
    /^\/a\/b\/\.Makefile\.jobyard-[0-9a-f]{8}-12$/,
  )
  expect(scriptCopyInStore('/store', '/a/b/x.test.mjs', 'data', 3)).toMatch(
    /^\/store\/run\/\.x\.test\.jobyard-[0-9a-f]{8}-3\.mjs$/,
  )
})

test('two data directories and two attempts never share a copy', () => {
  const names = [1, 2].flatMap((id) => ['one', 'two'].map((data) => scriptCopyBeside('/a/x.py', data, id)))
  expect(new Set(names).size).toBe(4)
})

test('a long name stays within what a file system takes', () => {
  const path = scriptCopyBeside(`/a/${'€'.repeat(80)}.sh`, 'data', 2 ** 52)
  expect(Buffer.byteLength(path.slice(3))).toBeLessThan(255)
})
