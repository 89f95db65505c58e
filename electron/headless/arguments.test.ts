import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { collectIds, collectStates, parseAge, parseConcurrency } from './arguments.ts'

test('ids are single ones and ranges, each once, in the order given', () => {
  const words = ['12', '3-5', '4']
  expect(words.reduce<readonly number[]>((ids, word) => collectIds(word, ids), [])).toEqual([12, 3, 4, 5])
})

test.each(['', 'x', '0', '-3', '5-3', '1-', '1.5', '99999999999999999999', '1-100002'])(
  '%j is no id',
  (word) => {
    expect(() => collectIds(word)).toThrow(InvalidArgumentError)
  },
)

test('states can be given with commas or again', () => {
  expect(collectStates('running, queued', ['failed', 'running'])).toEqual(['failed', 'running', 'queued'])
  expect(() => collectStates('done')).toThrow(/The states are held, blocked/)
})

test.each(['0', '-1', '1.5', '1025', 'x', ''])('%j is no number of workers', (text) => {
  expect(() => parseConcurrency(text)).toThrow(InvalidArgumentError)
})

test('an age is a duration', () => {
  expect(parseAge('30d')).toBe(30 * 86_400_000)
  expect(() => parseAge('old')).toThrow(/30d/)
})
