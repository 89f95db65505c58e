import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ask, ContenderProcess, type Contender } from './contender.ts'

const SERVE = new URL('serve.ts', import.meta.url).href
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-bench-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function contender(body: string): Contender {
  const file = join(folder, 'contender.mjs')
  writeFileSync(file, `import { serve } from ${JSON.stringify(SERVE)};\n${body}\n`)
  return { name: 'planted', script: pathToFileURL(file) }
}

test('answers a call with the figures of the contender', async () => {
  const planted = contender('serve({ work: async (input) => ({ jobs_per_s: input.jobs * 2 }) });')
  expect(await ask(planted, 'work', { jobs: 21 })).toEqual({ jobs_per_s: 42 })
})

test('fails the call that the contender fails, and keeps the process for the next', async () => {
  const child = new ContenderProcess(
    contender(
      'serve({ bad: async () => { throw new Error("a result is missing") }, good: async () => ({ n: 1 }) });',
    ),
  )
  await expect(child.call('bad', {})).rejects.toThrow('a result is missing')
  await expect(child.call('other', {})).rejects.toThrow('does not offer other')
  expect(await child.call('good', {})).toEqual({ n: 1 })
  await child.close()
})

test('fails the call when the contender dies', async () => {
  const planted = contender('serve({ work: async () => process.exit(7) });')
  await expect(ask(planted, 'work', {})).rejects.toThrow('planted ended too early (7)')
})

test('closing ends what the contender has started', async () => {
  const mark = join(folder, 'closed')
  const child = new ContenderProcess(
    contender(`import { writeFileSync } from 'node:fs';
      setInterval(() => {}, 1000);
      serve({}, async () => writeFileSync(${JSON.stringify(mark)}, 'yes'));`),
  )
  await expect(child.call('any', {})).rejects.toThrow('does not offer any')
  await child.close()
  expect(readFileSync(mark, 'utf8')).toBe('yes')
})
