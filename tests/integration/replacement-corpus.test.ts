import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shellQuote } from '../../electron/engine/job-files/replacement.ts'
import { compileTemplate, fillTemplate } from '../../electron/engine/job-files/template.ts'
import {
  askDouble,
  askSingle,
  DOUBLE,
  parallelVersion,
  SINGLE,
} from '../fixtures/replacement-corpus/ask-parallel.ts'
import { hostileNames, hostilePairs } from '../fixtures/replacement-corpus/hostile-names.ts'

const FILE = join(import.meta.dirname, '../fixtures/replacement-corpus/corpus.json')
const USE = { shell: true, platform: 'linux' } as const

const corpus = z
  .strictObject({
    made_by: z.string(),
    single: z.strictObject({
      templates: z.array(z.string()),
      rows: z.array(z.tuple([z.string()], z.string())),
    }),
    double: z.strictObject({
      templates: z.array(z.string()),
      rows: z.array(z.tuple([z.tuple([z.string(), z.string()])], z.string())),
    }),
  })
  .parse(JSON.parse(readFileSync(FILE, 'utf8')))

function fill(text: string, sources: readonly string[], values: readonly string[], number: number): string {
  const template = compileTemplate(text, { sources, matrix: null, env: {} }, USE)
  if (template === null || 'message' in template) throw new Error(`no template: ${text}`)
  return fillTemplate(template, { values, matrix: {}, number, slot_mark: '{%}' }, USE)
}

const oursOfOne = (name: string, number: number): string[] =>
  SINGLE.map((text) => fill(text, ['file'], [name], number))
const oursOfTwo = (pair: readonly [string, string], number: number): string[] =>
  DOUBLE.map((text) => fill(text, ['left', 'right'], pair, number))

/** The arguments that a real shell makes of texts. */
function wordsOf(texts: readonly string[]): string[] {
  // The name of the program, too, must not be taken for an option of printf.
  const script = texts.map((text) => `printf '%s\\0' ${text} =end=`).join('\n')
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-s'], { input: script, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\0').slice(0, -1)
}

describe('replacement strings', () => {
  it('give what GNU parallel gives, for each name of the stored corpus', () => {
    expect(corpus.single.templates).toEqual(SINGLE)
    expect(corpus.single.rows.length).toBeGreaterThan(500)
    for (const [index, [name, ...theirs]] of corpus.single.rows.entries()) {
      expect(oursOfOne(name, index + 1), JSON.stringify(name)).toEqual(theirs)
    }
  })

  it('give what GNU parallel gives for two sources, by number and by name', () => {
    expect(corpus.double.templates).toEqual(DOUBLE)
    expect(corpus.double.rows.length).toBeGreaterThan(500)
    for (const [index, [pair, ...theirs]] of corpus.double.rows.entries()) {
      expect(oursOfTwo(pair, index + 1), JSON.stringify(pair)).toEqual(theirs)
    }
  })

  it('are those of the names that the corpus is made of', () => {
    expect(corpus.single.rows.map(([name]) => name)).toEqual(hostileNames())
    expect(corpus.double.rows.map(([pair]) => pair)).toEqual(hostilePairs())
  })
})

if (process.platform !== 'win32') {
  describe('a real shell', () => {
    it('hands each quoted name to the program as it is', () => {
      const names = hostileNames()
      expect(wordsOf(names.map((name) => shellQuote(name, 'linux')))).toEqual(
        names.flatMap((name) => [name, '=end=']),
      )
    })

    it('keeps what stands around a name together with it', () => {
      const names = hostileNames()
      expect(wordsOf(names.map((name) => fill('--in={}.bak', ['file'], [name], 1)))).toEqual(
        names.flatMap((name) => [`--in=${name}.bak`, '=end=']),
      )
    })
  })
}

// Where it is installed, whatever its version: what the shell makes of both has to be the same.
if (parallelVersion() !== null) {
  describe('the GNU parallel of this machine', () => {
    it('makes the same words as we do', { timeout: 60_000 }, () => {
      const names = hostileNames().filter((_, index) => index % 9 === 0)
      const pairs = hostilePairs().filter((_, index) => index % 11 === 0)
      const theirs = [...askSingle(names), ...askDouble(pairs)].flat()
      const ours = [
        ...names.map((name, index) => oursOfOne(name, index + 1)),
        ...pairs.map((pair, index) => oursOfTwo(pair, index + 1)),
      ].flat()
      expect(theirs.length).toBeGreaterThan(900)
      expect(wordsOf(ours)).toEqual(wordsOf(theirs))
    })
  })
}
