import { expect, test } from 'vitest'
import type { Task } from '../../../shared/job-spec.ts'
import { HandAhead } from './hand-ahead.ts'

const module_: Task = { kind: 'module', module: '/m.mjs' }

test('commands and scripts are handed ahead by what their program takes', () => {
  const handAhead = new HandAhead()
  const command = (...argv: string[]): Task => ({ kind: 'command', argv, shell_command: null })
  expect(handAhead.limit(command('true'))).toBe(1)
  for (let n = 0; n < 5; n += 1) handAhead.saw(command('true', String(n)), 2)
  expect(handAhead.limit(command('true', 'again'))).toBe(40)
  expect(handAhead.limit(command('false'))).toBe(1)
  expect(handAhead.limit({ kind: 'command', argv: null, shell_command: 'true' })).toBe(1)
})

test('modules are handed ahead once they are seen to be short', () => {
  const handAhead = new HandAhead()
  expect(handAhead.limit(module_)).toBe(1)
  for (let n = 0; n < 5; n += 1) handAhead.saw(module_, 0)
  expect(handAhead.limit(module_)).toBe(1_024)
  expect(handAhead.limit({ kind: 'module', module: '/other.mjs' })).toBe(1)
})

test('one long job ends it at once', () => {
  const handAhead = new HandAhead()
  for (let n = 0; n < 100; n += 1) handAhead.saw(module_, 0)
  handAhead.saw(module_, 400)
  expect(handAhead.limit(module_)).toBe(1)
})

test('no more is handed ahead than about 80 ms of work', () => {
  const handAhead = new HandAhead()
  for (let n = 0; n < 100; n += 1) handAhead.saw(module_, 4)
  expect(handAhead.limit(module_)).toBe(20)
})
