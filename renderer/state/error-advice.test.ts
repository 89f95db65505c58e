import { expect, test } from 'vitest'
import { JobyardError } from '../../shared/errors.ts'
import { describeError } from './error-advice.ts'

test('an error says what happened and what to do', () => {
  const described = describeError(new JobyardError('DROP_NOT_FOUND', 'This drop is gone.'))
  expect(described).toEqual({ text: 'This drop is gone.', advice: 'Drop the files again.' })
})

test('errors that came in a push are told like those of a call', () => {
  expect(describeError({ code: 'STORE_FAILED', message: 'The disk is full.' }).text).toBe('The disk is full.')
  expect(describeError(new Error('x')).advice).toContain('fault of Jobyard')
})
