import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { MAX_DEPTH, MAX_YAML_BYTES } from './limits.ts'
import type { ParsedFile, RawFault } from './source.ts'
import { parseYamlText } from './yaml-file.ts'

function read(text: string): { readonly parsed: ParsedFile | null; readonly faults: RawFault[] } {
  const faults: RawFault[] = []
  const parsed = parseYamlText(text, (make) => faults.push(make()))
  return { parsed, faults }
}

function codes(text: string): string[] {
  return read(text).faults.map(({ code, offset }) => `${code} ${offset ?? '-'}`)
}

test('values are those of the core schema of YAML 1.2', () => {
  const text =
    'a: yes\nb: 0o14\nc: 012\nd: null\ne: ~\nf: "1"\ng: 1.5\nh: [true, False]\ni: |\n  x\n  y\n1: one\ntrue: two\n'
  expect(read(text).parsed?.value).toEqual({
    ...{ a: 'yes', b: 12, c: 12, d: null, e: null, f: '1', g: 1.5, h: [true, false], i: 'x\ny\n' },
    ...{ 1: 'one', true: 'two' },
  })
})

test('CRLF and a missing last line break make no difference', () => {
  expect(read('a:\r\n  - b\r\n  - c').parsed?.value).toEqual({ a: ['b', 'c'] })
})

test('aliases stand for their anchors', () => {
  expect(read('a: &x { k: 1 }\nb: *x\nc: [*x, *x]').parsed?.value).toEqual({
    a: { k: 1 },
    b: { k: 1 },
    c: [{ k: 1 }, { k: 1 }],
  })
})

test.each([
  ['a key that is there twice', 'a: 1\na: 2', 'DUPLICATE_KEY 5'],
  ['a key in quotes that is there twice', 'a: 1\n"a": 2', 'DUPLICATE_KEY 5'],
  ['an alias without an anchor', 'a: *x', 'UNKNOWN_ALIAS 3'],
  ['an alias inside its own anchor', 'a: &x [*x]', 'UNKNOWN_ALIAS 7'],
  ['a merge key', 'a: &x { k: 1 }\nb:\n  <<: *x', 'BAD_KEY 20'],
  ['a key that is a list', '? [a]\n: 1', 'BAD_KEY 2'],
  ['a key that is nothing', '~: 1', 'BAD_KEY 0'],
  ['the key __proto__', '__proto__: 1', 'BAD_KEY 0'],
  ['infinity', 'a: .inf', 'INVALID 3'],
  ['a tag of its own', 'a: !run x', 'SYNTAX 3'],
  ['a second document', 'a: 1\n---\nb: 2', 'MANY_DOCUMENTS 5'],
  ['YAML 1.1', '%YAML 1.1\n---\na: yes', 'VERSION 0'],
  ['a tab as indentation', 'a:\n\tb: 1', 'SYNTAX 3'],
  ['an open list', 'a: [1, 2', 'SYNTAX 8'],
])('%s is a fault with its place', (_what, text, expected) => {
  expect(codes(text)).toContain(expected)
})

test('all faults of syntax are told at once', () => {
  expect(read('a: "x\\q"\nb: !foo 1\nc: &a &b 1\n').faults.length).toBeGreaterThanOrEqual(3)
})

test('nesting is allowed to its limit and a fault beyond it', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  expect(codes(nested(MAX_DEPTH))).toEqual([])
  expect(codes(nested(MAX_DEPTH + 1))).toEqual([`TOO_DEEP ${MAX_DEPTH}`])
})

test.each(['[', '- ', '? ', '{a: ', ': ', '- ? '])('a file full of %j is refused in no time', (piece) => {
  const text = piece.repeat(Math.floor(MAX_YAML_BYTES / piece.length))
  const start = performance.now()
  expect(codes(text)[0]).toMatch(/^TOO_DEEP/)
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('aliases that multiply are refused before they take memory', () => {
  const levels = Array.from(
    { length: 30 },
    (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}, *a${level}]`,
  )
  expect(codes(['a0: &a0 [x, x]', ...levels].join('\n'))).toEqual([expect.stringMatching(/^TOO_COMPLEX/)])
})

test('aliases that nest deeper and deeper are refused', () => {
  const levels = Array.from({ length: 10_000 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}]`)
  expect(codes(['a0: &a0 [x]', ...levels].join('\n'))).toEqual([expect.stringMatching(/^TOO_DEEP/)])
})

test('a map of a hundred thousand keys is checked for duplicates in linear time', () => {
  const text = Array.from({ length: 80_000 }, (_, index) => `k${index}: 1\n`).join('')
  const start = performance.now()
  expect(codes(`${text}k5: 2`)).toEqual([expect.stringMatching(/^DUPLICATE_KEY/)])
  expect(performance.now() - start).toBeLessThan(15_000)
})

test('places are found through aliases, and for one that is not there the nearest above it', () => {
  const text = 'base: &x\n  a: 1\njobs:\n  - *x\n  - b: [2]\n'
  const { parsed } = read(text)
  expect(
    parsed?.locate([
      { path: ['jobs', 0, 'a'], at: 'value' },
      { path: ['jobs', 0, 'a'], at: 'key' },
      { path: ['jobs', 1, 'b', 0], at: 'value' },
      { path: ['jobs', 1, 'c'], at: 'value' },
    ]),
  ).toEqual([text.indexOf('1'), text.indexOf('a: 1'), text.indexOf('2]'), text.indexOf('b:')])
  expect([parsed?.jobOffset(0), parsed?.jobOffset(1)]).toEqual([text.indexOf('*x'), text.indexOf('b:')])
})

test('how a number was written is known', () => {
  const { parsed } = read('a: [1.10, 0x10, True, 5]')
  expect([0, 1, 2, 3].map((index) => parsed?.writtenAs(['a', index]))).toEqual(['1.10', '0x10', 'True', '5'])
})

const yamlLike = fc
  .array(
    fc.constantFrom(
      ...[
        'a: ',
        'b:',
        '- ',
        '\n',
        '\n  ',
        '\n    ',
        '[',
        ']',
        '{',
        '}',
        ',',
        ': ',
        '? ',
        '&a ',
        '*a',
        '!t ',
        '!!str ',
        '|\n',
      ],
      ...[
        '>-\n',
        '"',
        "'",
        '#c',
        '---\n',
        '...\n',
        '%YAML 1.2\n',
        '\t',
        'x',
        '1',
        '~',
        '\\',
        '\u0085',
        '<<: ',
        '"a"',
        '\r\n',
        '@',
        '`',
      ],
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

test('whatever the text, there is a value or a fault, and faults lie inside the text', () => {
  fc.assert(
    fc.property(fc.oneof(yamlLike, fc.string({ maxLength: 60 })), (text) => {
      const { parsed, faults } = read(text)
      expect(parsed !== null || faults.length > 0).toBe(true)
      for (const { offset } of faults) {
        if (offset === undefined) continue
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(text.length)
      }
    }),
    { numRuns: 3_000 },
  )
})

test('what is written as YAML is read as it was', () => {
  const value = fc
    .jsonValue({ maxDepth: 4 })
    .filter((candidate) => !JSON.stringify(candidate).includes('__proto__'))
  fc.assert(
    fc.property(value, (wanted) => {
      const { parsed } = read(stringify({ wanted }))
      expect(JSON.stringify(parsed?.value)).toBe(JSON.stringify({ wanted }))
    }),
    { numRuns: 500 },
  )
})
