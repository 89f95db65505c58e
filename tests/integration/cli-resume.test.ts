/** `jobyard run --resume`: what has succeeded is not run again. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gated, jobsFile, Place } from './cli-harness.ts'

function ran(place: Place): string[] {
  return readFileSync(place.path('ran'), 'utf8').split('\n').slice(0, -1).sort()
}

const line = (name: string, more: object = {}): string =>
  `${JSON.stringify({ name, command: `echo ${name} >> ran; test -e enough || test ${name} != b`, ...more })}\n`

test('run --resume runs what has failed and what is new, in whatever order and under whatever name', async () => {
  const place = new Place()
  place.write(
    'jobs.jsonl',
    [line('a'), line('b'), line('c', { needs: ['b'] }), line('d', { needs: ['a'] })].join(''),
  )
  expect((await place.cli('run', '--data', place.data, 'jobs.jsonl')).code).toBe(1)
  expect(ran(place)).toEqual(['a', 'b', 'd'])
  writeFileSync(place.path('ran'), '')
  writeFileSync(place.path('enough'), '')
  const again = [
    line('new'),
    line('d', { name: 'other', priority: 3 }),
    line('a'),
    line('b'),
    line('c', { needs: ['a', 'b'] }),
  ]
  place.write('jobs.jsonl', again.join(''))
  const end = await place.cli('run', '--resume', '--data', place.data, 'jobs.jsonl')
  expect(end.code).toBe(0)
  expect(end.stderr).toContain('left out 2 jobs that have succeeded before')
  expect(end.stdout).toContain('3 succeeded')
  expect(ran(place)).toEqual(['b', 'c', 'new'])
  const third = await place.cli('run', '--resume', '--data', place.data, 'jobs.jsonl')
  expect([third.code, third.stderr]).toEqual([0, expect.stringContaining('left out 5 jobs')])
  expect(ran(place)).toEqual(['b', 'c', 'new'])
})

test('run --resume goes on with what still waits from an earlier run, once and to its end', async () => {
  const place = new Place()
  place.write('jobs.jsonl', line('a') + line('x'))
  // Nobody works the queue yet: both wait.
  expect((await place.cli('add', '--data', place.data, 'jobs.jsonl')).code).toBe(0)
  place.write('jobs.jsonl', line('a') + line('new') + line('last', { needs: ['a'] }))
  const end = await place.cli('run', '--resume', '--data', place.data, 'jobs.jsonl')
  expect(end.code).toBe(0)
  expect(end.stderr).toContain('left out 1 job that is in the queue already')
  expect(end.stdout).toContain('3 succeeded')
  expect(ran(place).filter((name) => name !== 'x')).toEqual(['a', 'last', 'new'])
})

test('run --resume leaves a job out that uses what another came to only together with that', async () => {
  const place = new Place()
  const get = (value: string): string => line('get', { command: `echo '{"result":"${value}"}'` })
  const use = line('use', { command: 'echo ${{ needs.get.result }} >> ran', needs: ['get'] })
  for (const value of ['one', 'two', 'two']) {
    place.write('jobs.jsonl', get(value) + use)
    expect((await place.cli('run', '--resume', '--data', place.data, 'jobs.jsonl')).code).toBe(0)
  }
  expect(ran(place)).toEqual(['one', 'two'])
})

test('run --resume tells of a job that waited and fails now', async () => {
  const place = new Place()
  place.write('jobs.jsonl', line('b'))
  await place.cli('add', '--data', place.data, 'jobs.jsonl')
  const end = await place.cli('run', '--resume', '--data', place.data, 'jobs.jsonl')
  expect([end.code, end.stdout]).toEqual([1, expect.stringContaining('1 failed')])
  expect(ran(place)).toEqual(['b'])
})

test('run --resume needs to know where', async () => {
  const place = new Place()
  place.write('a.commands', 'true\n')
  const end = await place.cli('run', '--resume', 'a.commands')
  expect([end.code, end.stderr]).toEqual([2, expect.stringContaining('--data')])
})

test('run --resume of a directory that another Jobyard works leaves out the same jobs', async () => {
  const place = new Place()
  place.write('a.commands', 'echo a >> ran\n')
  await place.cli('run', '--data', place.data, 'a.commands')
  place.write('both.commands', 'echo a >> ran\necho b >> ran\n')
  place.write('owner.job.json', jobsFile(gated('first')))
  const owner = place.start(['run', '--data', place.data, '-c', '2', 'owner.job.json'])
  await place.appears('first.started')
  const end = await place.cli('run', '--resume', '--data', place.data, 'both.commands')
  place.write('first.go', '')
  expect([end.code, end.stderr]).toEqual([
    0,
    expect.stringContaining('left out 1 job that has succeeded before'),
  ])
  expect(ran(place)).toEqual(['a', 'b'])
  expect((await owner.ended).code).toBe(0)
})
