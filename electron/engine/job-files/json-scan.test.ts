import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCleanJson } from './json-file.ts'
import { scanJson } from './json-scan.ts'
import type { JsonFault } from './json-scan.ts'
import { MAX_DEPTH } from './limits.ts'

function faultsOf(text: string): JsonFault[] {
  const faults: JsonFault[] = []
  scanJson(text, { onFault: (make) => faults.push(make()) })
  return faults
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['{"a": 1,}', 7, 'JSON has no comma after the last item. Remove it.'],
  ['[1 2]', 3, 'Expected "," or "]", found "2".'],
  ['{"a" 1}', 5, 'Expected ":", found "1".'],
  ['{a: 1}', 1, 'Expected a key in double quotes, found "a".'],
  ["{'a': 1}", 1, 'Expected a key in double quotes; JSON has double quotes only.'],
  ['[1, // one\n2]', 4, 'JSON has no comments. Remove it, or use YAML.'],
  [
    '["a\nb"]',
    3,
    'A text in JSON cannot hold a line break, a tab or another control character. Write \\n, \\t or \\u….',
  ],
  ['["a\\x"]', 3, 'This is no escape that JSON knows. Write \\\\ for a backslash.'],
  ['["abc', 1, 'This text has no end: its closing double quote is missing.'],
  ['{"a": tru}', 6, 'Expected a value, found "tru".'],
  ['[01]', 2, 'Expected "," or "]", found "1".'],
  ['[1]]', 3, 'Expected the end of the file, found "]".'],
  ['{"a": [', 7, 'Expected a value, but the text ends here.'],
])('%j is told to be wrong at %i', (text, offset, message) => {
  expect(faultsOf(text)).toMatchObject([{ code: 'SYNTAX', offset, message }])
})

test('every key that is there twice is told, wherever it is', () => {
  const found = faultsOf('{"a":1,"b":[{"c":1,"c":2}],"a":2,"a":3}')
  expect(found.map(({ code, offset, path }) => [code, offset, path])).toEqual([
    ['DUPLICATE_KEY', 19, ['b', 0, 'c']],
    ['DUPLICATE_KEY', 27, ['a']],
    ['DUPLICATE_KEY', 33, ['a']],
  ])
  expect(faultsOf('{"a":1,"\\u0061":2}')).toHaveLength(1)
})

test('nesting is allowed to its limit and a fault beyond it, without exhausting the stack', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  expect(faultsOf(nested(MAX_DEPTH))).toEqual([])
  expect(faultsOf(nested(MAX_DEPTH + 1))).toMatchObject([{ code: 'TOO_DEEP', offset: MAX_DEPTH }])
  expect(faultsOf('[{"a":'.repeat(500_000))).toMatchObject([{ code: 'TOO_DEEP' }])
})

test('places are found, and for one that is not there the nearest above it', () => {
  const text = '{"jobs": [{"a": 1}, {"b": {"c": 2}}]}'
  const { offsets, items } = scanJson(text, {
    items_of: 'jobs',
    loci: [
      { path: ['jobs', 1, 'b', 'c'], at: 'value' },
      { path: ['jobs', 1, 'b', 'c'], at: 'key' },
      { path: ['jobs', 1, 'b', 'd'], at: 'value' },
      { path: ['jobs', 7], at: 'value' },
      { path: [], at: 'value' },
    ],
  })
  expect(offsets).toEqual([
    text.indexOf('2}'),
    text.indexOf('"c"'),
    text.indexOf('{"c"'),
    text.indexOf('['),
    0,
  ])
  expect(items).toEqual([text.indexOf('{"a"'), text.indexOf('{"b"')])
})

const jsonLike = fc
  .array(
    fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '"\\u0061"',
        '"',
        '\\',
        '1',
        '-0.5e+3',
        '01',
        '-',
        '.5',
        '1e',
      ],
      ...[
        'true',
        'null',
        'nul',
        ' ',
        '\n',
        '\t',
        '\u0001',
        '"é😀"',
        '"\\ud800"',
        '//',
        'x',
        '"\\q"',
        '\ufeff',
      ],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

test('a text is JSON for the scanner exactly if it is for JSON.parse', () => {
  const candidates = fc.oneof(
    jsonLike,
    fc.json(),
    fc.string(),
    fc.json().map((text) => text.slice(1)),
  )
  fc.assert(
    fc.property(candidates, (text) => {
      expect(scanJson(text).ok).toBe(isJson(text))
    }),
    { numRuns: 5_000 },
  )
})

test('faults lie inside the text', () => {
  fc.assert(
    fc.property(jsonLike, (text) => {
      for (const { offset } of faultsOf(text)) {
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(text.length)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('the quick look at a line never overlooks what the scanner finds', () => {
  fc.assert(
    fc.property(fc.oneof(jsonLike, fc.json()), (text) => {
      const clean = parseCleanJson(text)
      if (clean === undefined) return
      expect(faultsOf(text)).toEqual([])
      expect(clean).toEqual(JSON.parse(text))
    }),
    { numRuns: 5_000 },
  )
})

test('the quick look is not fooled by text that looks like a key', () => {
  expect(parseCleanJson('{"a":"x\\":y"}')).toBeUndefined()
  expect(parseCleanJson('{"a":1,"a":2}')).toBeUndefined()
  expect(parseCleanJson('{"__proto__":1}')).toBeUndefined()
  expect(parseCleanJson('{"a":{"b":1}}')).toEqual({ a: { b: 1 } })
})
