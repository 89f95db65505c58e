import { expect, test } from 'vitest'
import { EventBus } from '../../engine/events/event-bus.ts'
import { RunningJobs } from './running-jobs.ts'

interface Followed {
  readonly bus: EventBus
  readonly running: RunningJobs
  /** Ids whose names were asked for. */
  readonly asked: number[]
  at_ms: number
}

function follow(): Followed {
  const bus = new EventBus((error) => {
    throw error
  })
  const asked: number[] = []
  const nameOf = (job_id: number): Promise<string> => {
    asked.push(job_id)
    return Promise.resolve(`job ${job_id}`)
  }
  const followed: Followed = {
    bus,
    asked,
    at_ms: 0,
    running: new RunningJobs({ bus, nameOf, now: () => followed.at_ms }),
  }
  return followed
}

test('follows a job from its start over its progress to its end', async () => {
  const followed = follow()
  const { bus, running } = followed
  bus.emit('job:changed', { jobs: [{ id: 1, state: 'running' }] })
  bus.emit('job:progress', { job_id: 1, progress: 0.5, message: null })
  bus.emit('job:progress', { job_id: 1, progress: null, message: 'half' })
  followed.at_ms = 1_000
  running.shown(10)
  await Promise.resolve()
  expect(running.shown(10)).toEqual([
    { id: 1, name: 'job 1', state: 'running', elapsed_ms: 1_000, progress: 0.5, message: 'half' },
  ])
  bus.emit('job:changed', { jobs: [{ id: 1, state: 'stopping' }] })
  expect(running.shown(10)).toMatchObject([{ state: 'stopping', elapsed_ms: 1_000 }])
  bus.emit('job:changed', { jobs: [{ id: 1, state: 'succeeded' }] })
  expect(running.shown(10)).toEqual([])
})

test('asks for the names of jobs that are shown and run for a while, once each', () => {
  const followed = follow()
  const { bus, running, asked } = followed
  bus.emit('job:changed', { jobs: [1, 2, 3].map((id) => ({ id, state: 'running' as const })) })
  running.shown(2)
  expect(asked).toEqual([])
  followed.at_ms = 500
  running.shown(2)
  running.shown(2)
  expect(asked).toEqual([1, 2])
})

test('hears nothing after the end', () => {
  const { bus, running } = follow()
  running.close()
  bus.emit('job:changed', { jobs: [{ id: 1, state: 'running' }] })
  expect(running.shown(10)).toEqual([])
})
