import { expect, test } from 'vitest'
import type { SerialisedError } from '../../../shared/errors.ts'
import { transitionGuard } from './transition-guard.ts'

test('what the table allows goes through', () => {
  const guard = transitionGuard(true, () => undefined)
  expect(guard('handed', 'start', 'running')).toBe(true)
  expect(guard('running', 'end-well', 'succeeded')).toBe(true)
  expect(guard('stopping', 'end-well', 'succeeded')).toBe(true)
})

test('an illegal transition throws in tests', () => {
  const guard = transitionGuard(true, () => undefined)
  expect(() => guard('running', 'start', 'running')).toThrow(
    expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }),
  )
})

test('in production it is refused, logged and survived', () => {
  const logged: SerialisedError[] = []
  const guard = transitionGuard(false, (fault) => logged.push(fault))
  expect(guard('over', 'end-well', 'succeeded')).toBe(false)
  expect(guard('handed', 'suspend', 'suspended')).toBe(false)
  expect(logged.map((fault) => fault.code)).toEqual(['ILLEGAL_TRANSITION', 'ILLEGAL_TRANSITION'])
})
