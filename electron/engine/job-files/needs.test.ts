import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'

const needsOf = (read: Awaited<ReturnType<JobDrop['read']>>) =>
  Object.fromEntries(
    read.jobs.map(({ spec, needs = [] }) => [
      spec.name,
      needs.map(({ on, condition }) =>
        'job_id' in on
          ? `#${on.job_id} ${condition}`
          : `${read.jobs[on.index]?.spec.name ?? '?'} ${condition}`,
      ),
    ]),
  )

test('a job is needed by its id, in every format with needs, and an unknown id is a fault at its place', async () => {
  const drop = new JobDrop()
  const asked: number[] = []
  const findJobs = (ids: readonly number[]): Promise<number[]> => {
    asked.push(...ids)
    return Promise.resolve(ids.filter((id) => id < 100))
  }
  drop.write(
    'a.job.yaml',
    `jobs:
  - { name: a, command: x, needs: [{ id: 17 }, { id: 18, if: always }] }
  - { name: b, command: x, needs: [{ id: 17, if: failure }] }
  - { name: lost, command: x, needs: [a, { id: 400 }] }
  - { name: behind, command: x, needs: [lost] }
  - { name: twice, command: x, needs: [{ id: 17 }, { id: 17 }] }
`,
  )
  drop.write(
    'b.jsonl',
    '{"name":"c","command":"x","needs":[{"id":19}]}\n{"command":"x","needs":[{"id":500}]}\n',
  )
  const read = await drop.read([drop.dir], { findJobs })
  expect(needsOf(read)).toEqual({ a: ['#17 success', '#18 always'], b: ['#17 failure'], c: ['#19 success'] })
  expect(places(read.problems)).toEqual([
    '4:48 UNKNOWN_NEED jobs[2].needs[1].id',
    '5:41 NEED_LEFT_OUT jobs[3].needs[0]',
    '6:52 CONFLICT jobs[4].needs[1]',
    '2:31 UNKNOWN_NEED needs[0].id',
  ])
  expect(read.problems[0]?.message).toBe(
    'There is no job 400 here: it was never queued in this data directory, or was cleared away.',
  )
  expect(asked).toEqual([17, 18, 400, 19, 500])
})

test('a need says which job by one of id and job, and a file only with a job', async () => {
  const drop = new JobDrop()
  const { problems } = await drop.readText(
    'a.job.yaml',
    `jobs:
  - { command: x, needs: [{ id: 1, job: a }] }
  - { command: x, needs: [{ if: always }] }
  - { command: x, needs: [{ file: a.job.yaml }] }
  - { command: x, needs: [{ id: 0 }] }
  - { command: x, needs: [{ id: a }] }
  - { command: x, needs: [{ ids: 3 }] }
`,
  )
  expect(places(problems)).toEqual([
    '2:27 CONFLICT jobs[0].needs[0]',
    '3:27 MISSING jobs[1].needs[0]',
    '4:27 MISSING jobs[2].needs[0]',
    '5:33 INVALID jobs[3].needs[0].id',
    '6:33 INVALID jobs[4].needs[0].id',
    '7:27 MISSING jobs[5].needs[0]',
    '7:29 UNKNOWN_KEY jobs[5].needs[0].ids',
  ])
})

test('a job needs one of another file of the drop, before or after, by its name or by name and file', async () => {
  const drop = new JobDrop()
  drop.write(
    'a.job.yaml',
    'jobs:\n  - { name: pack, command: x, needs: [fetch, { job: rows, if: always }] }\n',
  )
  drop.write('b.job.json', '{"jobs":[{"name":"fetch","command":"x"},{"name":"other","command":"x"}]}')
  drop.write(
    'c.job.yaml',
    `name: last\ncommand: x\nneeds: [{ job: pack, file: ./a.job.yaml, if: failure }, each]\n`,
  )
  drop.write('d.jsonl', '{"name":"rows","command":"x"}\n')
  drop.write('e.job.yaml', 'name: each\ncommand: [x, "{}"]\ninputs: { values: ["1", "2"] }\n')
  drop.write('f.csv', 'name,command\ncell,x\n')
  drop.write('g.sh', '#!/bin/sh\n')
  drop.write('h.job.yaml', 'name: end\ncommand: x\nneeds: [cell, g.sh]\n')
  const read = await drop.read()
  expect(read.problems).toEqual([])
  const needs = needsOf(read)
  expect(needs).toMatchObject({
    pack: ['fetch success', 'rows always'],
    end: ['cell success', 'g.sh success'],
  })
  expect(needs['last']).toHaveLength(3)
  expect(needs['last']).toContain('pack failure')
  expect(names(read.jobs).slice(-3)).toEqual(['pack', 'last', 'end'])
})

test('a line of JSON Lines needs a job of a file that was read before, and none of a later one', async () => {
  const drop = new JobDrop()
  drop.write('a.job.yaml', 'name: one\ncommand: x\n')
  drop.write('b.jsonl', '{"name":"two","command":"x"}\n')
  drop.write(
    'c.jsonl',
    [
      '{"name":"three","command":"x ${{ needs.one.state }}","needs":["one",{"job":"two","file":"b.jsonl"}]}',
      '{"command":"x","needs":[{"job":"four","file":"d.job.yaml"}]}',
      '{"command":"x","needs":["four"]}',
      '',
    ].join('\n'),
  )
  drop.write('d.job.yaml', 'name: four\ncommand: x\n')
  const read = await drop.read()
  expect(needsOf(read)).toMatchObject({ three: ['one success', 'two success'] })
  expect(read.jobs[2]?.needs?.[0]?.label).toBe('one')
  expect(places(read.problems)).toEqual(['2:25 UNKNOWN_NEED needs[0]', '3:25 UNKNOWN_NEED needs[0]'])
})

test('files may need each other, as long as their jobs do not', async () => {
  const drop = new JobDrop()
  drop.write('one.job.yaml', 'jobs:\n  - { name: a, command: x, needs: [b] }\n  - { name: c, command: x }\n')
  drop.write('two.job.yaml', 'jobs:\n  - { name: b, command: x, needs: [c] }\n')
  const read = await drop.read()
  expect(read.problems).toEqual([])
  expect(needsOf(read)).toEqual({ a: ['b success'], b: ['c success'], c: [] })
})

test('a circle over files is a fault that shows it with its files', async () => {
  const drop = new JobDrop()
  drop.write(
    'one.job.yaml',
    'jobs:\n  - { name: good, command: x }\n  - { name: a, command: x, needs: [b] }\n',
  )
  drop.write('two.job.yaml', 'name: b\ncommand: x\nneeds: [{ job: a, file: one.job.yaml }]\n')
  drop.write('three.job.yaml', 'name: c\ncommand: x\nneeds: [b]\n')
  const { jobs, problems } = await drop.read()
  expect(names(jobs)).toEqual(['good'])
  const cycle = problems.find(({ code }) => code === 'NEED_CYCLE')
  expect(cycle).toMatchObject({ file: drop.path('one.job.yaml'), line: 3, column: 35, path: 'jobs[1].needs' })
  expect(cycle?.message).toBe(
    'These jobs wait for each other: a (one.job.yaml) → b (two.job.yaml) → a (one.job.yaml). Remove one of the needs.',
  )
  expect(places(problems)).toEqual(['3:35 NEED_CYCLE jobs[1].needs', '3:9 NEED_LEFT_OUT needs[0]'])
})

test('a name in several files, a file that was not dropped and a job with a fault are faults', async () => {
  const drop = new JobDrop()
  drop.write('a.job.yaml', 'jobs:\n  - { name: fetch, command: x }\n  - { name: bad, comand: x }\n')
  drop.write(
    'b.job.yaml',
    'jobs:\n  - { name: fetch, command: x }\n  - { name: again, command: x, schedule: { cron: "0 1 * * *" } }\n',
  )
  drop.write(
    'c.job.yaml',
    `jobs:
  - { command: x, needs: [fetch] }
  - { command: x, needs: [{ job: fetch, file: b.job.yaml }] }
  - { command: x, needs: [{ job: fetch, file: d.job.yaml }] }
  - { command: x, needs: [{ job: fetsh, file: b.job.yaml }] }
  - { command: x, needs: [bad] }
  - { command: x, needs: [nothing] }
  - { command: x, needs: [again] }
`,
  )
  const { jobs, problems } = await drop.read()
  expect(jobs).toHaveLength(4)
  expect(jobs.at(-1)?.needs).toEqual([{ on: { index: 1 }, condition: 'success' }])
  expect(places(problems)).toEqual([
    '3:18 UNKNOWN_KEY jobs[1].comand',
    '2:27 UNKNOWN_NEED jobs[0].needs[0]',
    '4:47 UNKNOWN_NEED jobs[2].needs[0].file',
    '5:27 UNKNOWN_NEED jobs[3].needs[0]',
    '6:27 NEED_LEFT_OUT jobs[4].needs[0]',
    '7:27 UNKNOWN_NEED jobs[5].needs[0]',
    '8:27 CONFLICT jobs[6].needs[0]',
  ])
  expect(problems[1]?.message).toBe(
    'The name "fetch" is in several files: a.job.yaml, b.job.yaml. Say which: { job: fetch, file: a.job.yaml }.',
  )
})
