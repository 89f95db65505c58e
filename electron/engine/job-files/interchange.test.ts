import { describe, expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import type { DropRead } from '../../../tests/fakes/job-drop.ts'

const HEADER = 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n'

function entry(seq: number, exit: number, signal: number, command: string): string {
  return `${seq}\t:\t1795796938.548\t     0.010\t0\t2\t${exit}\t${signal}\t${command}\n`
}

function commands({ jobs }: DropRead): (string | null)[] {
  return jobs.map(({ spec }) => (spec.task.kind === 'command' ? spec.task.shell_command : null))
}

describe('a joblog of GNU parallel', () => {
  test('gives the commands that have not succeeded, in any try, each once and whatever the file is called', async () => {
    const drop = new JobDrop()
    const log = [
      ...[entry(1, 0, 0, 'good'), entry(3, 1, 0, "echo 'tab\there' | cat"), entry(2, 0, 9, "echo 'a\0b'")],
      // A later run appended to it: one has succeeded now, one has failed again.
      ...[entry(3, 2, 0, "echo 'tab\there' | cat"), entry(4, -1, 15, 'late'), entry(4, 0, 0, 'late')],
      // Another list of commands in the same log.
      entry(1, 1, 0, 'other'),
    ].join('')
    for (const name of ['run.joblog', 'log', 'jobs.txt', 'log.tsv']) {
      const read = await drop.read([drop.write(name, HEADER + log)])
      expect(read.problems).toEqual([])
      expect(commands(read)).toEqual(["echo 'tab\there' | cat", "echo 'a\nb'", 'other'])
      expect(read.jobs[0]?.spec).toMatchObject({ cwd: drop.dir, source: { file: drop.path(name), line: 3 } })
    }
  })

  test('in which all has succeeded says so', async () => {
    const drop = new JobDrop()
    const done = await drop.readText('a.joblog', HEADER + entry(1, 0, 0, 'x'))
    expect([done.count, places(done.problems)]).toEqual([0, ['1:1 EMPTY']])
    expect(done.problems[0]?.message).toContain('has succeeded')
    expect(places((await drop.readText('b.joblog', HEADER)).problems)).toEqual(['1:1 EMPTY'])
  })

  test('tells the lines that are none of a joblog', async () => {
    const drop = new JobDrop()
    const bad = Buffer.concat([
      Buffer.from(`${HEADER}1\t:\t1\n${entry(2, 1, 0, 'x')}\n`),
      Buffer.from(entry(3, 1, 0, '\xe9'), 'latin1'),
      Buffer.from(entry(5, 1, 0, 'x'.repeat(1_048_577))),
    ])
    const read = await drop.readText('a.joblog', bad)
    expect(places(read.problems)).toEqual(['2:1 SYNTAX', '5:1 ENCODING', '6:1 TOO_LARGE'])
    expect(commands(read)).toEqual(['x'])
  })

  test('is passed over in a folder', async () => {
    const drop = new JobDrop()
    drop.write('a.joblog', HEADER + entry(1, 1, 0, 'x'))
    drop.write('b.tsv', HEADER + entry(1, 1, 0, 'y'))
    drop.write('c.commands', 'ls\n')
    expect(names((await drop.read()).jobs)).toEqual(['ls'])
  })
})

/** As pueue 4 prints it. */
function task(id: number, status: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...{
      id,
      created_at: '2026-08-16T17:44:10.123456789+02:00',
      original_command: `run ${id}`,
      command: `run ${id}`,
    },
    ...{
      path: '/srv/work',
      envs: { SECRET: 'x' },
      group: 'default',
      dependencies: [],
      priority: 0,
      label: null,
    },
    ...{ status, ...more },
  }
}

const TIMES = { enqueued_at: '2026-08-16T17:44:10+02:00', start: '2026-08-16T17:44:11+02:00' }
const done = (result: unknown): unknown => ({ Done: { ...TIMES, end: '2026-08-16T17:44:12+02:00', result } })

function statusOf(...tasks: Record<string, unknown>[]): string {
  const byId = Object.fromEntries(tasks.map((one) => [String(one['id']), one]))
  const groups = { default: { status: 'Running', parallel_tasks: 1 } }
  return JSON.stringify({ tasks: byId, groups }, null, 1)
}

describe('what `pueue status --json` prints', () => {
  test('gives the tasks that wait or have ended badly, with their groups, priorities and dependencies', async () => {
    const drop = new JobDrop()
    const text = statusOf(
      task(0, done('Success')),
      task(1, done({ Failed: 2 }), { label: 'the\nlabel', group: 'video', priority: 7 }),
      task(2, { Queued: { enqueued_at: TIMES.enqueued_at } }, { dependencies: [0, 1, 99] }),
      task(3, { Running: TIMES }),
      task(4, { Stashed: { enqueue_at: null } }),
      task(5, { Stashed: { enqueue_at: '2030-01-01T00:00:00Z' } }),
      task(6, { Locked: { previous_status: { Stashed: { enqueue_at: null } } } }),
      task(7, done('DependencyFailed'), { dependencies: [8] }),
      task(8, done('Killed')),
    )
    const { jobs, problems } = await drop.readText('status.json', text)
    expect(problems).toEqual([])
    expect(names(jobs)).toEqual(['the label', 'run 2', 'run 4', 'run 5', 'run 6', 'run 8', 'run 7'])
    expect(jobs[0]?.spec).toEqual({
      ...{ name: 'the label', group: 'video', priority: 7, cwd: '/srv/work' },
      task: { kind: 'command', argv: null, shell_command: 'run 1' },
      source: { file: drop.path('status.json'), line: expect.any(Number) as unknown },
    })
    expect(jobs.map(({ needs }) => needs?.map(({ on }) => on))).toEqual([
      ...[undefined, [{ index: 0 }], undefined, undefined, undefined, undefined, [{ index: 5 }]],
    ])
    expect(jobs.map(({ spec }) => [spec.hold ?? false, spec.at_ms])).toEqual([
      ...[
        [false, undefined],
        [false, undefined],
        [true, undefined],
      ],
      ...[
        [false, Date.parse('2030-01-01')],
        [true, undefined],
        [false, undefined],
        [false, undefined],
      ],
    ])
    expect(jobs.some(({ spec }) => spec.env !== undefined)).toBe(false)
  })

  test('of version 3 is understood, too', async () => {
    const drop = new JobDrop()
    const text = statusOf(
      task(0, { Done: 'Success' }),
      task(1, { Done: { Failed: 1 } }),
      task(2, 'Queued'),
      task(3, 'Running'),
      task(4, 'Paused'),
    )
    const { jobs, problems } = await drop.readText('status.json', text)
    expect([problems, names(jobs)]).toEqual([[], ['run 1', 'run 2']])
  })

  test('tells what cannot be taken over, with its place', async () => {
    const drop = new JobDrop()
    const text = statusOf(
      task(0, { Running: TIMES }),
      task(1, 'Queued', { dependencies: [0] }),
      task(2, 'Queued', { command: 5 }),
      task(3, 'Queued', { dependencies: [4] }),
      task(4, 'Queued', { dependencies: [3] }),
    )
    const { jobs, problems } = await drop.readText('status.json', text)
    expect(names(jobs)).toEqual([])
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'NEED_LEFT_OUT tasks["1"].dependencies[0]',
      'INVALID tasks["2"].command',
      'NEED_CYCLE tasks["3"].dependencies',
      'NEED_LEFT_OUT tasks["3"].dependencies[0]',
      'NEED_LEFT_OUT tasks["4"].dependencies[0]',
    ])
    const lines = text.split('\n')
    expect(lines[(problems[1]?.line ?? 0) - 1]).toContain('"command": 5')
    expect(problems[1]?.column).toBe((lines[(problems[1]?.line ?? 0) - 1] ?? '').indexOf('5') + 1)
  })

  test('is passed over in a folder, and says where nothing is left', async () => {
    const drop = new JobDrop()
    const path = drop.write('status.json', statusOf(task(0, done('Success')), task(1, { Running: TIMES })))
    drop.write('a.commands', 'ls\n')
    expect(names((await drop.read()).jobs)).toEqual(['ls'])
    const named = await drop.read([path])
    expect([named.count, places(named.problems)]).toEqual([0, ['1:1 EMPTY']])
  })
})
