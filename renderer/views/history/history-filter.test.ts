import { describe, expect, test } from 'vitest'
import { EMPTY_FORM, HISTORY_STATES, isFiltered, toJobFilter } from './history-filter.ts'

const NOW_MS = Date.UTC(2026, 10, 27, 12)

describe('the filter of the history', () => {
  test('never takes in jobs that wait or run', () => {
    expect(toJobFilter(EMPTY_FORM, NOW_MS)).toEqual({ states: [...HISTORY_STATES] })
    expect(HISTORY_STATES).not.toContain('queued')
    expect(HISTORY_STATES).not.toContain('running')
  })

  test('has every part that was filled in', () => {
    const form = {
      name: ' build ',
      states: ['failed'],
      group: 'media',
      cause: 'exit',
      exit_code: '-3',
      range: 'hour',
      from: '',
      to: '',
    } as const
    expect(toJobFilter(form, NOW_MS)).toEqual({
      states: ['failed'],
      name: 'build',
      group: 'media',
      cause: 'exit',
      exit_code: -3,
      ended_after_ms: NOW_MS - 3_600_000,
    })
  })

  test('takes a custom range, open on either side', () => {
    const form = { ...EMPTY_FORM, range: 'custom', from: '2026-11-01T10:00', to: '' } as const
    expect(toJobFilter(form, NOW_MS)).toEqual({
      states: [...HISTORY_STATES],
      ended_after_ms: new Date(2026, 10, 1, 10).getTime(),
    })
  })

  test.each(['', 'x', '1.5', '1e3', '99999999999999'])('does not take %o for an exit code', (exit_code) => {
    expect(toJobFilter({ ...EMPTY_FORM, exit_code }, NOW_MS)).not.toHaveProperty('exit_code')
  })

  test('says whether anything is filtered', () => {
    expect(isFiltered(EMPTY_FORM)).toBe(false)
    expect(isFiltered({ ...EMPTY_FORM, cause: 'timeout' })).toBe(true)
  })
})
