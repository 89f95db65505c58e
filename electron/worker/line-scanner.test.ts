import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineScanner, MAX_LINE_BYTES } from './line-scanner.ts'

type Finding = readonly ['progress', number | null, string | null] | readonly ['result', string]

function scan(...chunks: (string | Buffer)[]): Finding[] {
  const found: Finding[] = []
  const scanner = new LineScanner({
    onProgress: (progress, message) => found.push(['progress', progress, message]),
    onResult: (json) => found.push(['result', json]),
  })
  for (const chunk of chunks) scanner.push(Buffer.from(chunk))
  scanner.end()
  return found
}

test.each([
  ['25%\n', 0.25],
  ['  7.5 %  \r\n', 0.075],
  ['0%', 0],
  ['100%\n', 1],
])('%j is progress', (text, progress) => {
  expect(scan(text)).toEqual([['progress', progress, null]])
})

test.each([
  '101%\n',
  '25% done\n',
  'at 25%\n',
  '%\n',
  '-5%\n',
  '25\n%\n',
  '1e1%\n',
  `${' '.repeat(40)}25%\n`,
])('%j is output like any other', (text) => {
  expect(scan(text)).toEqual([])
})

test('JSON lines carry progress, a message, a result, or all of them', () => {
  expect(scan('{"progress":0.25,"message":"resizing"}\n')).toEqual([['progress', 0.25, 'resizing']])
  expect(scan(' {"progress":null,"message":"waiting"}\n')).toEqual([['progress', null, 'waiting']])
  expect(scan('{"progress":1,"result":{"n":[1,2]}}')).toEqual([
    ['progress', 1, null],
    ['result', '{"n":[1,2]}'],
  ])
  expect(scan('{"result":null}\n')).toEqual([['result', 'null']])
})

test.each([
  '{"progress":25}\n',
  '{"progress":"0.5"}\n',
  '{"a":{"progress":0.5}}\n',
  '["progress"]\n',
  '{"progress":0.5\n',
  'x{"progress":0.5}\n',
  '"result"\n',
])('%j is no report', (text) => {
  expect(scan(text)).toEqual([])
})

test('lines over the limit are not looked at, and do not hide the next one', () => {
  const long = `{"progress":0.5,"message":"${'x'.repeat(MAX_LINE_BYTES)}"}\n`
  expect(scan(long, '30%\n')).toEqual([['progress', 0.3, null]])
  expect(scan(long.slice(0, 40_000), long.slice(40_000), '30%\n')).toEqual([['progress', 0.3, null]])
  const longest = `{"progress":0.5,"message":"${'x'.repeat(MAX_LINE_BYTES - 29)}"}`
  expect(Buffer.byteLength(longest)).toBe(MAX_LINE_BYTES)
  expect(scan(longest.slice(0, 9), longest.slice(9), '\n')).toHaveLength(1)
})

test('what is found does not depend on where the output is cut', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '25%',
      ' 99.5 %',
      '{"progress":0.5,"message":"é€"}',
      '{"result":[1]}',
      '',
      '{',
      '100',
      '%',
      '{"a":1}',
    ),
    fc.string({ maxLength: 20 }),
  )
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), fc.array(fc.nat(400)), (lines, ended, cuts) => {
      const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''))
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b),
        bytes.length,
      ]
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      expect(scan(...chunks)).toEqual(scan(bytes))
    }),
  )
})
