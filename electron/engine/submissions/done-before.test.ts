import { describe, expect, test } from 'vitest'
import type { JobSpec, Need } from '../../../shared/job-spec.ts'
import type { KnownJob } from '../store/history-known.ts'
import { contentKey } from '../store/spec-content.ts'
import { writeJob } from '../store/written-job.ts'
import type { WrittenJob } from '../store/written-job.ts'
import { DoneBefore } from './done-before.ts'

function spec(command: string, more: Partial<JobSpec> = {}): JobSpec {
  return { name: command, task: { kind: 'command', argv: null, shell_command: command }, cwd: '/x', ...more }
}

function job(command: string, ...on: Need['on'][]): WrittenJob {
  return writeJob({ spec: spec(command), needs: on.map((one) => ({ on: one, condition: 'success' })) })
}

/** What the directory holds: the commands of jobs that have succeeded, or wait, with ids from 1. */
async function doneBefore(
  succeeded: readonly string[],
  waiting: readonly string[] = [],
): Promise<DoneBefore> {
  const known = (command: string, isDone: boolean, index: number): KnownJob => ({
    ...{ id: index + 1, submission_id: 70 + index, succeeded: isDone },
    key: contentKey(spec(command)),
  })
  const jobs = [...succeeded, ...waiting].map((command, index) =>
    known(command, index < succeeded.length, index),
  )
  return DoneBefore.load((after) => {
    const page = jobs.filter(({ id }) => id > after).slice(0, 2)
    return { jobs: page, next: page.length < 2 ? null : (page.at(-1)?.id ?? null) }
  })
}

function commands(jobs: readonly WrittenJob[]): string[] {
  return jobs.map((one) => one.name)
}

describe('what a job does', () => {
  test('is what it runs, where and in which environment', () => {
    const variants: Partial<JobSpec>[] = [
      { cwd: '/y' },
      { env: { A: '1' } },
      { slot_mark: '{%}' },
      { task: { kind: 'command', argv: ['a'], shell_command: null } },
      { task: { kind: 'module', module: '/m.mjs', with: { n: 1 } } },
      { task: { kind: 'module', module: '/m.mjs' } },
    ]
    const keys = [{}, ...variants].map((more) => contentKey(spec('a', more)))
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('is not what it is called, where it is written, and when, how often and how long it may run', () => {
    const others: Partial<JobSpec>[] = [
      { name: 'other' },
      { source: { file: '/f.yaml', line: 3 } },
      { priority: 5, group: 'g', slots: 2, hold: true, delay_ms: 5, timeout_ms: 9 },
      { env: {} },
    ]
    for (const more of others) expect(contentKey(spec('a', more))).toBe(contentKey(spec('a')))
    const [one, two] = [
      { A: '1', B: '2' },
      { B: '2', A: '1' },
    ].map((env) => contentKey(spec('a', { env })))
    expect(one).toBe(two)
  })
})

describe('jobs that were done before', () => {
  test('are left out by what they do, not by their place', async () => {
    const done = await doneBefore(['b', 'd', 'x'])
    expect(commands(done.take([job('a'), job('b'), job('c')]))).toEqual(['a', 'c'])
    expect(commands(done.take([job('d')]))).toEqual([])
    expect(done.count).toEqual({ succeeded: 2, waiting: 0 })
  })

  test('count each: two successes stand for two of three like jobs', async () => {
    const done = await doneBefore(['a', 'a'])
    expect(commands(done.take([job('a'), job('a'), job('a'), job('a')]))).toEqual(['a', 'a'])
  })

  test('are needed in the place of those that were left out, and all other needs count what is left', async () => {
    const done = await doneBefore(['b', 'c'])
    const first = done.take([
      job('a'),
      job('b'),
      job('c', { index: 0 }),
      job('d', { index: 0 }, { index: 1 }, { index: 4 }),
      job('e'),
    ])
    expect(first.map(({ needs }) => needs?.map(({ on }) => on))).toEqual([
      [],
      [{ index: 0 }, { job_id: 1 }, { index: 2 }],
      [],
    ])
    const [second] = done.take([job('f', { index: 4 }, { index: 2 }, { job_id: 9 })])
    expect(second?.needs?.map(({ on }) => on)).toEqual([{ index: 2 }, { job_id: 2 }, { job_id: 9 }])
  })

  test('are also those that wait, but successes first', async () => {
    const done = await doneBefore(['a'], ['a', 'b'])
    expect(commands(done.take([job('a'), job('a'), job('b'), job('b')]))).toEqual(['b'])
    expect(done.count).toEqual({ succeeded: 1, waiting: 2 })
    expect([...done.waiting]).toEqual([
      [2, 71],
      [3, 72],
    ])
  })

  test('are never schedules', async () => {
    const done = await doneBefore(['a'])
    const schedule = { cron: '* * * * *', tz: 'UTC', overlap: 'skip', catchup: 'one' } as const
    expect(done.take([writeJob({ spec: spec('a', { schedule }) })])).toHaveLength(1)
  })
})
