import { expect, test } from 'vitest'
import { eventsOf, gated, jobsFile, jobsOf, Place, statesOf } from './cli-harness.ts'

test('start --until-idle adds the files, works everything that waits, and ends with 0 where nothing failed', async () => {
  const place = new Place()
  place.write('old.job.json', jobsFile(gated('old'), { name: 'waits', command: 'true' }))
  place.write('new.job.json', jobsFile({ name: 'new', command: 'true' }))
  const first = place.start(['start', '-c', '1', 'old.job.json'])
  await place.appears('old.started')
  first.signal('SIGINT')
  place.write('old.go', '')
  expect(await first.ended).toMatchObject({ code: 0, signal: null })
  const end = await place.cli('start', '--until-idle', '--json', 'new.job.json')
  expect([end.code, end.stderr]).toEqual([0, ''])
  const events = eventsOf(end.stdout)
  expect(events[0]).toEqual({ type: 'submitted', count: 1, first_id: 3, last_id: 3 })
  expect(statesOf(events)).toEqual({ waits: 'succeeded', new: 'succeeded' })
  expect(events.at(-1)).toMatchObject({ type: 'summary', succeeded: 2, not_run: 0 })
})

test('start --until-idle ends with 1 where a job failed, and does not wait for what is held', async () => {
  const place = new Place()
  place.write(
    'a.job.json',
    jobsFile({ name: 'bad', command: 'exit 1' }, { name: 'held', command: 'true', hold: true }),
  )
  const end = await place.cli('start', '--until-idle', 'a.job.json')
  expect(end.code).toBe(1)
  expect(end.stdout).toMatch(/^failed +1 bad \(exit code 1, \S+\)\n2 jobs: 1 failed, 1 not run, in \S+\n$/)
})

test('start --until-idle waits for retries and delays', async () => {
  const place = new Place()
  const flaky = {
    name: 'flaky',
    command: '[ -e again ] && exit 0; touch again; exit 1',
    retry: { limit: 1, interval: '50ms' },
  }
  place.write('a.job.json', jobsFile(flaky, { name: 'later', command: 'true', delay: '200ms' }))
  const end = await place.cli('start', '--until-idle', '--json', 'a.job.json')
  expect(end.code).toBe(0)
  expect(
    jobsOf(eventsOf(end.stdout))
      .map(({ name, attempts }) => [name, attempts])
      .sort(),
  ).toEqual([
    ['flaky', 2],
    ['later', 1],
  ])
})

test('start without anything to do says so, says what to do, and waits until Ctrl-C', async () => {
  const place = new Place()
  const run = place.start(['start'])
  await run.says(`jobyard: there is nothing to do in ${place.data} yet`)
  await run.says('jobyard add FILE')
  run.signal('SIGINT')
  expect(await run.ended).toMatchObject({
    code: 0,
    signal: null,
    stdout: expect.stringMatching(/^0 jobs in/) as string,
  })
})

test('two Ctrl-C stop what runs; it stays in the directory, interrupted', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first')))
  const run = place.start(['start', 'a.job.json'])
  await place.appears('first.started')
  run.signal('SIGINT')
  await run.says('finishing')
  run.signal('SIGINT')
  const end = await run.ended
  expect(end.code).toBe(130)
  expect(end.stdout).toMatch(/^interrupted 1 first \(stopped by a person, \S+\)$/m)
  expect((await place.cli('ls', '--json')).stdout).toContain('"state":"interrupted"')
})

test('Ctrl-C keeps --until-idle from its end, so the exit code is 130', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first'), gated('second')))
  const run = place.start(['start', '--until-idle', '-c', '1', 'a.job.json'])
  await place.appears('first.started')
  run.signal('SIGINT')
  await run.says('finishing')
  place.write('first.go', '')
  expect((await run.ended).code).toBe(130)
})

test('faults in the files let nothing start', async () => {
  const place = new Place()
  place.write('a.job.yaml', 'jobs:\n  - { name: good, command: "true" }\n  - { nam: bad }\n')
  const end = await place.cli('start', '--until-idle', 'a.job.yaml')
  expect([end.code, end.stdout]).toEqual([2, ''])
  expect(end.stderr).toMatch(/in the job files, nothing was added$/m)
  expect((await place.cli('ls', '--json')).stdout).toBe('[]\n')
})

test('an owner that was killed is told of, and its jobs can be decided about and worked on', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first'), { name: 'second', command: 'true', needs: ['first'] }))
  const run = place.start(['start', 'a.job.json'])
  await place.appears('first.started')
  run.signal('SIGKILL')
  await run.ended
  const idle = await place.cli('start', '--until-idle')
  expect(idle.stderr).toContain(
    'jobyard: 1 job was interrupted when Jobyard died (1): decide with jobyard requeue, fail or cancel\n',
  )
  const requeue = await place.cli('requeue', '1')
  expect(requeue).toMatchObject({ code: 0, stdout: 'job 1 first: interrupted -> queued\n', stderr: '' })
  place.write('first.go', '')
  const end = await place.cli('start', '--until-idle', '--json')
  expect(end.code).toBe(0)
  expect(jobsOf(eventsOf(end.stdout))).toMatchObject([
    { name: 'first', state: 'succeeded', attempts: 2 },
    { name: 'second', state: 'succeeded', attempts: 1 },
  ])
})

test('a directory that has an owner is not worked by another, which names its pid', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first')))
  const owner = place.start(['start', 'a.job.json'])
  await place.appears('first.started')
  for (const command of ['start', 'serve']) {
    const end = await place.cli(command)
    expect([end.code, end.stdout]).toEqual([1, ''])
    expect(end.stderr).toMatch(new RegExp(`^jobyard: .* is in use by process ${owner.pid} .*\\n$`))
  }
  expect((await place.cli('ls')).stdout).toMatch(/^ 1 {2}running {2}first/m)
  place.write('first.go', '')
  owner.signal('SIGINT')
  await owner.ended
})

test('a queue that a person paused is not worked: start says so, and run does not begin', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile({ name: 'waits', command: 'touch ran' }))
  expect((await place.cli('add', 'a.job.json')).code).toBe(0)
  expect(await place.cli('pause')).toMatchObject({ code: 0, stdout: 'the queue is paused\n' })
  const idle = await place.cli('start', '--until-idle')
  expect([idle.code, idle.stdout]).toEqual([0, expect.stringMatching(/^1 job: 1 not run, in /)])
  expect(idle.stderr).toBe('jobyard: the queue is paused, so nothing starts until it is resumed\n')
  const run = await place.cli('run', '--data', place.data, 'a.job.json')
  expect([run.code, run.stdout]).toEqual([1, ''])
  expect(run.stderr).toMatch(/^jobyard: The queue of .* is paused, so nothing would run\. .*\n$/)
  expect((await place.cli('ls')).stdout.trimEnd().split('\n')).toHaveLength(2)
})
