import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { StopSignal } from './interrupts.ts'
import { Interrupts } from './interrupts.ts'

interface Steps {
  readonly steps: string[]
  readonly interrupts: Interrupts
  /** Sends a signal at a time. */
  readonly send: (signal: StopSignal, at_ms: number) => void
}

function listen(reexec = false): Steps {
  const source = new EventEmitter()
  const steps: string[] = []
  let now_ms = 0
  const interrupts = new Interrupts({
    source,
    reexec,
    now: () => now_ms,
    onStep: (step) => steps.push(step),
  })
  const send = (signal: StopSignal, at_ms: number): void => {
    now_ms = at_ms
    source.emit(signal)
  }
  return { steps, interrupts, send }
}

test('Ctrl-C drains, then stops, then kills, and then leaves', () => {
  const { steps, interrupts, send } = listen()
  expect([interrupts.exit_code, interrupts.step]).toEqual([null, null])
  send('SIGINT', 0)
  expect([interrupts.exit_code, interrupts.step]).toEqual([130, 'drain'])
  for (const at_ms of [10, 20, 30, 40]) send('SIGINT', at_ms)
  expect(steps).toEqual(['drain', 'stop', 'kill', 'leave', 'leave'])
})

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s stops from the start', (signal, exit_code) => {
  const { steps, interrupts, send } = listen()
  send(signal, 0)
  expect([steps, interrupts.exit_code]).toEqual([['stop'], exit_code])
})

test('SIGTERM after Ctrl-C stops, and the exit code tells of the first', () => {
  const { steps, interrupts, send } = listen()
  send('SIGINT', 0)
  send('SIGTERM', 5_000)
  expect([steps, interrupts.exit_code]).toEqual([['drain', 'stop'], 130])
})

test('one key press that comes twice, through the process that started us too, counts once', () => {
  const { steps, send } = listen(true)
  send('SIGINT', 1_000)
  send('SIGINT', 1_060)
  expect(steps).toEqual(['drain'])
  send('SIGINT', 1_400)
  expect(steps).toEqual(['drain', 'stop'])
})

test('nothing is heard after the end', () => {
  const { steps, interrupts, send } = listen()
  interrupts.close()
  send('SIGINT', 0)
  expect(steps).toEqual([])
})
