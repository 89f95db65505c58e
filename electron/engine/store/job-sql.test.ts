import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { JOB_STATES, NEED_CONDITIONS, WAITING_STATES } from '../../../shared/job.ts'
import { firstWaitingState, needStatus } from '../../../shared/job-state.ts'
import { firstWaitingStateSql, JOB_ACTIVE_SQL, JOB_BAD_END_SQL, unmeetableSql, wakeSql } from './job-sql.ts'
import { wakeTime } from './job-row.ts'
import { SCHEMA_0001 } from './migrations/0001-schema.ts'

const NOW_MS = 100
const TIMES = [null, NOW_MS - 1, NOW_MS, NOW_MS + 1, NOW_MS + 2]
const db = new Database(':memory:')

test('the waiting state and its time are the same in SQL and in TypeScript, for every combination of facts', () => {
  const facts = '(SELECT ? AS held, ? AS needs_open, ? AS due_ms, ? AS retry_at_ms)'
  const select = db.prepare<unknown[], { state: string; wake_ms: number | null }>(
    `SELECT ${firstWaitingStateSql('100')} AS state, ${wakeSql('100')} AS wake_ms FROM ${facts}`,
  )
  const seen = new Set<string>()
  for (const held of [false, true]) {
    for (const needs_open of [0, 1, 2]) {
      for (const due_ms of TIMES) {
        for (const retry_at_ms of TIMES) {
          const state = firstWaitingState({ held, needs_open, due_ms, retry_at_ms }, NOW_MS)
          const expected = { state, wake_ms: wakeTime({ state, due_ms, retry_at_ms }) }
          expect(select.get(held ? 1 : 0, needs_open, due_ms, retry_at_ms)).toEqual(expected)
          seen.add(state)
        }
      }
    }
  }
  expect(seen).toEqual(new Set(WAITING_STATES))
})

test('a job that sleeps wakes up when both of its times have come', () => {
  expect(wakeTime({ state: 'scheduled', due_ms: 5, retry_at_ms: 9 })).toBe(9)
  expect(wakeTime({ state: 'queued', due_ms: 5, retry_at_ms: 9 })).toBeNull()
})

test('a need that cannot be met is the same in SQL and in TypeScript, for every condition and state', () => {
  const select = db.prepare<[string, string], number>(
    `SELECT ${unmeetableSql('need', 'state')} FROM (SELECT ? AS need, ? AS state)`,
  )
  for (const condition of NEED_CONDITIONS) {
    for (const state of JOB_STATES) {
      const expected = needStatus(condition, state) === 'unmeetable' ? 1 : 0
      expect(select.pluck().get(condition, state)).toBe(expected)
    }
  }
})

test('the conditions of the partial indexes are those of the schema, word for word', () => {
  const schema = SCHEMA_0001.replaceAll(/\s+/g, ' ')
  expect(schema).toContain(`job (state) WHERE ${JOB_ACTIVE_SQL};`)
  expect(schema).toContain(`job (state, ended_ms) WHERE ${JOB_BAD_END_SQL};`)
})
