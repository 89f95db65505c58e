import { expect, test } from 'vitest'
import { ENDED_STATES, JOB_STATES, WAITING_STATES, isActive, isEnded, isWaiting } from './job.ts'
import {
  JOB_EVENTS,
  TRANSITIONS,
  assertLegal,
  firstWaitingState,
  isLegal,
  needStatus,
  statesAllowing,
} from './job-state.ts'

test('every state is of exactly one class', () => {
  for (const state of JOB_STATES) {
    const classes = [isWaiting(state), isActive(state), isEnded(state), state === 'interrupted']
    expect(classes.filter(Boolean), state).toHaveLength(1)
  }
})

test('the table of transitions is the one of the design', () => {
  const rows: string[] = []
  for (const from of JOB_STATES) {
    for (const event of JOB_EVENTS) {
      const to = TRANSITIONS[from][event]
      if (to !== undefined) rows.push(`${from} ${event}: ${to.join(' ')}`)
    }
  }
  expect(rows.join('\n')).toMatchInlineSnapshot(`
    "held hold: held
    held release: held blocked scheduled retrying queued
    held cancel: cancelled
    held needs-met: held blocked scheduled retrying queued
    held needs-unmeetable: skipped
    held needs-reopened: held blocked scheduled retrying queued
    held edit: held blocked scheduled retrying queued
    blocked hold: held
    blocked release: held blocked scheduled retrying queued
    blocked cancel: cancelled
    blocked needs-met: held blocked scheduled retrying queued
    blocked needs-unmeetable: skipped
    blocked needs-reopened: held blocked scheduled retrying queued
    blocked edit: held blocked scheduled retrying queued
    scheduled hold: held
    scheduled release: held blocked scheduled retrying queued
    scheduled cancel: cancelled
    scheduled needs-met: held blocked scheduled retrying queued
    scheduled needs-unmeetable: skipped
    scheduled needs-reopened: held blocked scheduled retrying queued
    scheduled due: queued
    scheduled edit: held blocked scheduled retrying queued
    retrying hold: held
    retrying release: held blocked scheduled retrying queued
    retrying cancel: cancelled
    retrying needs-met: held blocked scheduled retrying queued
    retrying needs-unmeetable: skipped
    retrying needs-reopened: held blocked scheduled retrying queued
    retrying due: queued
    retrying edit: held blocked scheduled retrying queued
    queued hold: held
    queued release: held blocked scheduled retrying queued
    queued cancel: cancelled
    queued needs-met: held blocked scheduled retrying queued
    queued needs-unmeetable: skipped
    queued needs-reopened: held blocked scheduled retrying queued
    queued edit: held blocked scheduled retrying queued
    queued start: running
    queued interrupt: interrupted retrying
    queued fail: failed
    running end-well: succeeded
    running end-badly: failed
    running retry: retrying queued
    running suspend: suspended
    running stop: stopping
    running interrupt: interrupted
    suspended end-well: succeeded
    suspended end-badly: failed
    suspended retry: retrying queued
    suspended resume: running
    suspended stop: stopping
    suspended interrupt: interrupted
    stopping end-well: succeeded
    stopping end-badly: failed
    stopping retry: retrying queued
    stopping gone: cancelled retrying queued failed interrupted
    stopping interrupt: interrupted
    interrupted cancel: cancelled
    interrupted requeue: held blocked scheduled retrying queued
    interrupted fail: failed
    interrupted restart: held blocked scheduled retrying queued
    succeeded restart: held blocked scheduled retrying queued
    failed restart: held blocked scheduled retrying queued
    cancelled restart: held blocked scheduled retrying queued
    skipped restart: held blocked scheduled retrying queued
    skipped revive: held blocked scheduled retrying queued"
  `)
})

test('an ended job moves only by restart, and a skipped one by revival', () => {
  for (const state of ENDED_STATES) {
    const events = JOB_EVENTS.filter((event) => TRANSITIONS[state][event] !== undefined)
    expect(events, state).toEqual(state === 'skipped' ? ['restart', 'revive'] : ['restart'])
  }
})

test('an illegal transition is refused with its code', () => {
  expect(isLegal('succeeded', 'start', 'running')).toBe(false)
  expect(() => {
    assertLegal('held', 'start', 'running')
  }).toThrow(expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }))
})

test('every waiting job can be held, released, edited and cancelled', () => {
  for (const event of ['hold', 'release', 'edit'] as const)
    expect(statesAllowing(event).sort()).toEqual([...WAITING_STATES].sort())
  expect(statesAllowing('cancel').sort()).toEqual([...WAITING_STATES, 'interrupted'].sort())
})

test('a waiting job stands in the first state that applies', () => {
  const ready = { held: false, needs_open: 0, due_ms: null, retry_at_ms: null }
  expect(firstWaitingState(ready, 10)).toBe('queued')
  expect(firstWaitingState({ ...ready, retry_at_ms: 11 }, 10)).toBe('retrying')
  expect(firstWaitingState({ ...ready, retry_at_ms: 11, due_ms: 11 }, 10)).toBe('scheduled')
  expect(firstWaitingState({ ...ready, due_ms: 11, needs_open: 1 }, 10)).toBe('blocked')
  expect(firstWaitingState({ ...ready, needs_open: 1, held: true }, 10)).toBe('held')
  expect(firstWaitingState({ ...ready, due_ms: 10, retry_at_ms: 9 }, 10)).toBe('queued')
})

test('a need stays open while its job is unfinished or interrupted', () => {
  for (const state of JOB_STATES) {
    if (isEnded(state)) continue
    for (const condition of ['success', 'failure', 'always'] as const)
      expect(needStatus(condition, state), state).toBe('open')
  }
})

test('a need for failure is met by failed, cancelled and skipped', () => {
  for (const state of ['failed', 'cancelled', 'skipped'] as const) {
    expect(needStatus('failure', state)).toBe('met')
    expect(needStatus('success', state)).toBe('unmeetable')
    expect(needStatus('always', state)).toBe('met')
  }
  expect(needStatus('failure', 'succeeded')).toBe('unmeetable')
  expect(needStatus('success', 'succeeded')).toBe('met')
})
