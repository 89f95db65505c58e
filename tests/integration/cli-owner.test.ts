import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Running } from './cli-harness.ts'
import { eventsOf, gated, jobsFile, Place, statesOf } from './cli-harness.ts'

/** `jobyard start` with jobs that run, one at a time, until their file NAME.go appears. */
async function startOwner(place: Place, ...names: readonly [string, ...string[]]): Promise<Running> {
  place.write('owner.job.json', jobsFile(...names.map(gated)))
  const owner = place.start(['start', '-c', '1', 'owner.job.json'])
  await place.appears(`${names[0]}.started`)
  return owner
}

test('jobs are added to a running owner, held, released and cancelled, and it says what became of each', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  place.write('a.job.json', jobsFile(gated('second'), { name: 'third', command: 'true' }))
  const add = await place.cli('add', 'a.job.json', '--group', 'other', '--priority', '-5', '--hold')
  expect(add).toMatchObject({ code: 0, stdout: 'added 2 jobs: 2-3\n', stderr: '' })
  const listed = await place.cli('ls', '--group', 'other', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([{ state: 'held', priority: -5 }, { state: 'held' }])
  const release = await place.cli('release', '1', '2', '9')
  expect([release.code, release.stdout]).toEqual([1, 'job 2 second: held -> queued\n'])
  expect(release.stderr).toContain(
    'job 1 (first) is running, release does not apply. These do: cancel, suspend',
  )
  expect(release.stderr).toContain('there is no job 9 here')
  const cancel = await place.cli('cancel', '1')
  expect(cancel.stdout).toMatch(/^job 1 first: running -> (stopping|cancelled)\n$/)
  await place.appears('second.started')
  place.write('second.go', '')
  owner.signal('SIGINT')
  const end = await owner.ended
  expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('cancelled   1 first')])
})

test('a running job is suspended and goes on', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  expect(await place.cli('suspend', '1')).toMatchObject({
    code: 0,
    stdout: 'job 1 first: running -> suspended\n',
  })
  expect(await place.cli('resume', '1')).toMatchObject({
    code: 0,
    stdout: 'job 1 first: suspended -> running\n',
  })
  place.write('first.go', '')
  await owner.says('succeeded   1 first', 'stdout')
  expect((await place.cli('prune', '--older-than', '0s')).stdout).toMatch(/^pruned 1 job /)
  owner.signal('SIGINT')
  await owner.ended
})

test('the queue and a group of it are paused and resumed; a group that is not there is not made', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  expect(await place.cli('pause')).toMatchObject({
    code: 0,
    stdout: 'the queue is paused, still running: 1 job\n',
  })
  place.write('a.job.json', jobsFile(gated('second')))
  const run = await place.cli('run', '--data', place.data, 'a.job.json')
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('is paused, so nothing would run')])
  expect((await place.cli('resume')).stdout).toBe('the queue is resumed\n')
  const unknown = await place.cli('pause', 'nightly')
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    'jobyard: There is no group "nightly". There are: default.\n',
  ])
  expect((await place.cli('pause', 'default')).stdout).toBe('the group default is paused\n')
  await place.cli('add', 'a.job.json')
  expect((await place.cli('ls')).stdout).toMatch(/second.*paused/)
  expect((await place.cli('resume', '--group', 'default')).stdout).toBe('the group default is resumed\n')
  place.write('first.go', '')
  await place.appears('second.started')
  place.write('second.go', '')
  owner.signal('SIGINT')
  await owner.ended
})

test('stop waits for what runs, and start ends with it', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first', 'second')
  const stop = place.start(['stop'])
  await stop.says('waiting for 1 job')
  place.write('first.go', '')
  expect(await stop.ended).toMatchObject({ code: 0, stdout: 'stopped\n' })
  const end = await owner.ended
  expect([end.code, end.stdout]).toEqual([
    0,
    expect.stringMatching(/succeeded {3}1 first.*\n2 jobs: .*1 not run/),
  ])
  expect(existsSync(place.path('data/owner.socket'))).toBe(false)
  expect(await place.cli('stop')).toMatchObject({ code: 1, stdout: '' })
})

test('stop --now stops what runs', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  expect(await place.cli('stop', '--now')).toMatchObject({
    code: 0,
    stdout: 'stopped\n',
    stderr: 'jobyard: stopping 1 job\n',
  })
  const end = await owner.ended
  expect([end.code, end.stdout]).toEqual([1, expect.stringContaining('interrupted 1 first')])
})

test('run --data gives its jobs to the owner and tells what becomes of them, with their results', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  place.write('first.go', '')
  place.write(
    'a.job.json',
    jobsFile(
      { name: 'told', command: `echo '{"result":{"a":1}}'` },
      { name: 'bad', command: 'exit 3' },
      { name: 'skipped', command: 'true', needs: ['bad'] },
    ),
  )
  const end = await place.cli('run', '--data', place.data, '--json', '-c', '2', 'a.job.json')
  expect(end.code).toBe(1)
  expect(end.stderr).toContain('it decides how many jobs run at once')
  const events = eventsOf(end.stdout)
  expect(statesOf(events)).toEqual({ told: 'succeeded', bad: 'failed', skipped: 'skipped' })
  expect(events).toContainEqual(expect.objectContaining({ name: 'told', result: { a: 1 } }))
  expect(events[0]).toEqual({ type: 'submitted', count: 3, first_id: 2, last_id: 4 })
  expect(events.at(-1)).toMatchObject({ type: 'summary', succeeded: 1, failed: 1, skipped: 1, not_run: 0 })
  owner.signal('SIGINT')
  expect((await owner.ended).stdout).toContain('failed      3 bad')
})

test('Ctrl-C ends the following of such a run, not its jobs', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  place.write('a.job.json', jobsFile(gated('second')))
  const run = place.start(['run', '--data', place.data, '--json', 'a.job.json'])
  await run.says('"submitted"', 'stdout')
  run.signal('SIGINT')
  const end = await run.ended
  expect([end.code, end.signal]).toEqual([130, null])
  expect(end.stderr).toBe(
    `jobyard: process ${owner.pid} goes on with 1 job. To end them: jobyard cancel 2 --data ${place.data}\n`,
  )
  place.write('first.go', '')
  await place.appears('second.started')
  place.write('second.go', '')
  owner.signal('SIGINT')
  expect((await owner.ended).stdout).toContain('succeeded   2 second')
})

test('--fail-fast holds back what has not started; faults let nothing be queued, with relative names as they were typed', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  place.write('first.go', '')
  place.write('bad.job.json', jobsFile({ name: 'x', comand: 'true' }))
  const bad = await place.cli('run', '--data', place.data, 'bad.job.json')
  expect([bad.code, bad.stdout]).toEqual([2, ''])
  expect(bad.stderr).toMatch(/^bad\.job\.json:\d+:\d+: .*\njobyard: 1 fault in the job files, nothing ran\n$/)
  place.write('a.job.json', jobsFile({ name: 'fails', command: 'exit 1' }, gated('second'), gated('third')))
  const run = place.start(['run', '--data', place.data, '--fail-fast', 'a.job.json'])
  await run.says('failed ', 'stdout')
  await place.appears('second.started')
  place.write('second.go', '')
  const end = await run.ended
  expect([end.code, end.stdout]).toEqual([1, expect.stringMatching(/3 jobs: .*1 not run/)])
  expect(end.stderr).toContain('nothing of it is left that can run: 1 job held')
  owner.signal('SIGINT')
  await owner.ended
})

test('log --follow waits for the start, prints what comes, and ends with the job', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  place.write(
    'a.job.json',
    jobsFile({
      name: 'talks',
      command: 'echo one; touch said; while [ ! -e go ]; do sleep 0.05; done; echo two',
    }),
  )
  await place.cli('add', 'a.job.json')
  const log = place.start(['log', '2', '--follow'])
  await log.says('job 2 is queued, waiting for its start')
  place.write('first.go', '')
  await log.says('one\n', 'stdout')
  place.write('go', '')
  expect(await log.ended).toMatchObject({ code: 0, stdout: 'one\ntwo\n' })
  expect((await place.cli('log', '2', '--follow')).stdout).toBe('one\ntwo\n')
  owner.signal('SIGINT')
  await owner.ended
})

test('an owner that was killed is not waited for: the next command takes its place', async () => {
  const place = new Place()
  const owner = await startOwner(place, 'first')
  const run = place.start(['log', '1', '--follow'])
  owner.signal('SIGKILL')
  await owner.ended
  await run.ended
  const address = readFileSync(place.path('data/owner.socket'), 'utf8').trim()
  expect(statSync(address).isSocket()).toBe(true)
  expect(await place.cli('fail', '1')).toMatchObject({
    code: 0,
    stdout: 'job 1 first: interrupted -> failed\n',
  })
})

test('where nobody owns the directory, add leaves the jobs for the next start, and says so', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile({ name: 'later', command: 'true' }))
  const add = await place.cli('add', '--json', 'a.job.json')
  expect(eventsOf(add.stdout)).toEqual([{ type: 'submitted', count: 1, first_id: 1, last_id: 1 }])
  expect(add.stderr).toContain('nobody works this queue now')
  expect((await place.cli('add', 'none.job.json')).code).toBe(2)
})
