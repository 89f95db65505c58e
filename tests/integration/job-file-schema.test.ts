import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { jobFileSchema, KNOWN_KEYS } from '../../shared/job-file.ts'
import { PROBLEM_CODES } from '../../shared/job-file-problem.ts'
import { RETRYABLE_CAUSES } from '../../shared/job-spec.ts'
import { DURATION_PATTERN, parseDuration } from '../../shared/duration.ts'

const root = resolve(import.meta.dirname, '../..')
const schema = readSchema('job-file')
const recipe_schema = readSchema('recipe')

function readSchema(name: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(readFileSync(join(root, `resources/${name}.schema.json`), 'utf8'))
  if (typeof parsed !== 'object' || parsed === null) throw new Error('not an object')
  return { ...parsed }
}

function validator(of = schema): { readonly ajv: Ajv2020; readonly accepts: (value: unknown) => boolean } {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTuples: false, allowUnionTypes: true })
  const validate = ajv.compile(of)
  return { ajv, accepts: (value) => validate(value) }
}

test('the published schemas are those of the code', () => {
  execFileSync(process.execPath, [join(root, 'scripts/write-job-file-schema.ts'), '--check'], {
    stdio: 'pipe',
  })
})

test('the published schema is valid JSON Schema 2020-12 and names no place on the network', () => {
  const { ajv } = validator()
  expect(ajv.validateSchema(schema)).toBe(true)
  expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema['$id']).toBe('urn:jobyard:job-file:1')
  expect(validator(recipe_schema).ajv.validateSchema(recipe_schema)).toBe(true)
  expect(recipe_schema['$id']).toBe('urn:jobyard:recipe:1')
})

test.each([schema, recipe_schema])(
  'every example and every default in $title is valid where it stands',
  (of) => {
    const { ajv } = validator(of)
    const ref = String(of['$id'])
    const found = examplesIn(of, '#')
    expect(found.length).toBeGreaterThan(30)
    const wrong = found.filter(({ pointer, value }) => !ajv.compile({ $ref: `${ref}${pointer}` })(value))
    expect(wrong).toEqual([])
  },
)

interface Example {
  readonly pointer: string
  readonly value: unknown
}

function examplesIn(node: unknown, pointer: string): Example[] {
  if (typeof node !== 'object' || node === null) return []
  const found: Example[] = []
  for (const [key, value] of Object.entries(node)) {
    // Below `properties`, "examples" would be the name of a key.
    if (key === 'examples' && Array.isArray(value))
      found.push(...value.map((item: unknown) => ({ pointer, value: item })))
    else if (key === 'default' && !pointer.endsWith('/properties')) found.push({ pointer, value })
    else found.push(...examplesIn(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`))
  }
  return found
}

test('every key of a job has a description', () => {
  const jobs = schema['$defs']
  const bare = propertiesOf(jobs, 'job').filter(([, value]) => describedBy(value, jobs) === undefined)
  expect(bare).toEqual([])
})

function propertiesOf(definitions: unknown, name: string): [string, unknown][] {
  const definition: unknown = Reflect.get(Object(definitions), name)
  const properties: unknown = Reflect.get(Object(definition), 'properties')
  if (typeof properties !== 'object' || properties === null) throw new Error('no properties')
  return Object.entries(properties)
}

function describedBy(value: unknown, definitions: unknown): unknown {
  const ref: unknown = Reflect.get(Object(value), '$ref')
  const target: unknown =
    typeof ref === 'string' ? Reflect.get(Object(definitions), ref.split('/').at(-1) ?? '') : undefined
  return Reflect.get(Object(value), 'description') ?? Reflect.get(Object(target), 'description')
}

test('the example recipes are valid by their published schema', () => {
  const { accepts } = validator(recipe_schema)
  const folder = join(root, 'resources/examples')
  const files = readdirSync(folder).filter((name) => name.endsWith('.recipe.yaml'))
  expect(files.length).toBeGreaterThan(1)
  for (const name of files)
    expect([name, accepts(parse(readFileSync(join(folder, name), 'utf8')))]).toEqual([name, true])
})

test('the example files are valid by the published schema', () => {
  const { accepts } = validator()
  const folder = join(root, 'resources/examples')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /\.job\.ya?ml$|\.jsonl$/.test(name))
  expect(files.length).toBeGreaterThan(3)
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8')
    const values: unknown[] = name.endsWith('.jsonl')
      ? text
          .split('\n')
          .filter((line) => line !== '')
          .map((line): unknown => JSON.parse(line))
      : [parse(text)]
    for (const value of values) expect([name, accepts(value)]).toEqual([name, true])
  }
})

const scalar = fc.oneof(
  fc.constantFrom(
    'x',
    '',
    '1h',
    'PT5M',
    '16MiB',
    'a\u0000b',
    '  ',
    'success',
    'ask',
    'SIGINT',
    'fixed',
    'a=b',
  ),
  fc.constantFrom(0, 1, -1, 1.5, 1001, 75, null, true),
)
const keys = fc.constantFrom(
  ...['name', 'command', 'script', 'args', 'module', 'with', 'cwd', 'env', 'group', 'priority', 'hold'],
  ...['delay', 'needs', 'retry', 'timeout', 'stop', 'on_interrupt', 'log', 'version', '$schema', 'unknown'],
  ...['strategy', 'inputs'],
)
const inner = fc.dictionary(
  fc.constantFrom(
    'job',
    'file',
    'id',
    'if',
    'limit',
    'interval',
    'backoff',
    'signal',
    'grace',
    'max',
    'A',
    'a=b',
  ),
  scalar,
)
const sweep = fc.record(
  {
    matrix: fc.dictionary(
      fc.constantFrom('a', 'b-c', '9', 'include', 'exclude'),
      fc.oneof(scalar, fc.array(fc.oneof(scalar, inner), { maxLength: 2 })),
      { maxKeys: 3 },
    ),
    'max-parallel': fc.constantFrom(0, 1, 2.5),
    'fail-fast': fc.constantFrom(true, 'no'),
    halt: fc.constantFrom('never', 'soon,fail=1', 'now,done=100%', 'soon,fail', 'now,fail=0'),
    files: fc.constantFrom('*.mov', ['*.a', '*.b'], [], ''),
    values: fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), inner),
    zip: fc.constantFrom(true, 1),
  },
  { requiredKeys: [] },
)
const value = fc.oneof(scalar, inner, sweep, fc.array(fc.oneof(scalar, inner), { maxLength: 3 }))
const job = fc.dictionary(keys, value, { maxKeys: 5 })
const file = fc.oneof(
  job,
  fc.record(
    { version: fc.constantFrom(1, 2), jobs: fc.array(job, { maxLength: 2 }), defaults: job },
    { requiredKeys: ['jobs'] },
  ),
)

test('the published schema accepts what the code accepts, and nothing else', () => {
  const { accepts } = validator()
  fc.assert(
    fc.property(file, (candidate) => {
      expect([candidate, accepts(candidate)]).toEqual([candidate, jobFileSchema.safeParse(candidate).success])
    }),
    { numRuns: 3_000 },
  )
})

test('the published schemas take expressions where a job has values of a fixed form, and nowhere else', () => {
  const keys = {
    ...{
      priority: '${{ matrix.p }}',
      slots: 'a${{ env.X }}',
      timeout: '${{ matrix.t }}s',
      hold: '${{ inputs.h }}',
    },
    ...{ delay: '${{ matrix.d }}', stop: { grace: '${{ matrix.d }}' }, log: { max: '${{ matrix.d }}KiB' } },
    retry: { limit: '${{ matrix.p }}', exit_codes: ['${{ matrix.p }}', 7], causes: ['${{ matrix.c }}'] },
  }
  const job = { command: 'x', strategy: { matrix: { p: [1] } }, ...keys }
  const { accepts } = validator()
  const ofRecipe = validator(recipe_schema).accepts
  const right = [job, { jobs: [job] }, { defaults: keys, jobs: [job] }]
  expect(right.map((value) => accepts(value))).toEqual(right.map(() => true))
  expect(ofRecipe({ command: 'x {}', ...keys })).toBe(true)
  const wrong = [
    { ...job, priority: 'high' },
    { ...job, retry: { limit: '3' } },
    { ...job, stop: '${{ matrix.s }}' },
    { ...job, strategy: { 'max-parallel': '${{ matrix.p }}' } },
    { jobs: [job], defaults: { retry: { limit: '3' } } },
  ]
  expect(wrong.map((value) => accepts(value))).toEqual(wrong.map(() => false))
})

test('the pattern of durations accepts what can be read as one, up to ten years, and nothing else', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '1h',
      '30m',
      '5s',
      '250ms',
      '2d',
      '1w',
      ' ',
      '1.5',
      '90',
      'P',
      'T',
      'PT5M',
      'P1D',
      'P1DT2H',
      'x',
      '.',
      'm',
    ),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const text = parts.join('')
      // The limit of ten years is not in the pattern.
      fc.pre(!/\d{3}[\d.]* *[dwh]|\d{6}/.test(text))
      expect([text, DURATION_PATTERN.test(text)]).toEqual([text, parseDuration(text) !== null])
    }),
    { numRuns: 5_000 },
  )
})

test.each(['docs/job-files.md', 'README.md'])('every YAML example in %s is a valid job file', (name) => {
  const { accepts } = validator()
  const text = readFileSync(join(root, name), 'utf8')
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = '']) => example)
  expect(examples.length).toBeGreaterThan(0)
  const ofRecipe = validator(recipe_schema).accepts
  for (const example of examples)
    expect([example, (example.includes('.recipe.yaml') ? ofRecipe : accepts)(parse(example))]).toEqual([
      example,
      true,
    ])
})

test('the reference names every key and every code', () => {
  const text = readFileSync(join(root, 'docs/job-files.md'), 'utf8')
  const words = [...Object.values(KNOWN_KEYS).flat(), ...PROBLEM_CODES, ...RETRYABLE_CAUSES]
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))).toEqual([])
})
