import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventsOf, gated, jobsFile, jobsOf, Place, statesOf } from './cli-harness.ts'

const RETRIED = {
  name: 'flaky',
  command: '[ -e again ] && exit 0; touch again; exit 75',
  retry: { limit: 2, interval: '10ms', exit_codes: [75] },
}

describe('jobyard run', () => {
  test('runs scripts and job files, tells each end in a line, and leaves nothing behind', async () => {
    const place = new Place()
    place.write('hello.sh', 'echo hello > said\n')
    place.write(
      'two.job.yaml',
      'jobs:\n  - { name: one, command: [echo, "1"] }\n  - { name: two, command: echo 2 }\n',
    )
    const end = await place.cli('run', 'hello.sh', 'two.job.yaml')
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' })
    const lines = end.stdout.trimEnd().split('\n')
    expect(
      lines
        .slice(0, -1)
        .map((line) => line.split(' (')[0])
        .sort(),
    ).toEqual(['succeeded   1 hello.sh', 'succeeded   2 one', 'succeeded   3 two'])
    expect(lines.at(-1)).toMatch(/^3 jobs: 3 succeeded, in \S+$/)
    expect(readFileSync(place.path('said'), 'utf8')).toBe('hello\n')
    expect(place.leftovers()).toEqual([])
    expect(existsSync(place.data)).toBe(false)
  })

  test('keeps and names the temporary folder where a job did not succeed', async () => {
    const place = new Place()
    place.write(
      'a.job.json',
      jobsFile({ name: 'bad', command: 'echo oops >&2; exit 3' }, { name: 'good', command: 'true' }),
    )
    const end = await place.cli('run', 'a.job.json')
    expect(end.code).toBe(1)
    expect(end.stdout).toMatch(/^failed {6}1 bad \(exit code 3, \S+\)$/m)
    const [folder = ''] = place.leftovers()
    expect(end.stderr).toBe(
      `jobyard: the jobs and their output are kept in ${place.tmp}/${folder} (jobyard ls --data ${place.tmp}/${folder})\n`,
    )
    const log = await place.cli('log', '1', '--data', `${place.tmp}/${folder}`)
    expect(log).toMatchObject({ code: 0, stdout: 'oops\n' })
  })

  test('waits for the commands that follow its jobs, and tells of those that fail', async () => {
    const place = new Place()
    const follows = (command: string) => ({ name: 'a', command: 'exit 3', on_finish: command })
    place.write('good.job.json', jobsFile(follows('sleep 0.3; echo {name} {exit_code} > followed')))
    expect(await place.cli('run', 'good.job.json', '--data', place.data)).toMatchObject({
      code: 1,
      stderr: '',
    })
    expect(readFileSync(place.path('followed'), 'utf8')).toBe('a 3\n')
    place.write('bad.job.json', jobsFile({ ...follows('exit 9'), command: 'true' }))
    const bad = await place.cli('run', 'bad.job.json')
    expect(bad).toMatchObject({ code: 0, stdout: expect.stringContaining('1 job: 1 succeeded') as string })
    expect(bad.stderr).toMatch(/1 command that followed jobs failed\n.*are kept in (\S+) /)
    const [, kept = ''] = /are kept in (\S+) /.exec(bad.stderr) ?? []
    const listed = await place.cli('ls', '--data', kept)
    expect(listed.stdout).toContain('after 1 a')
  })

  test('keeps the temporary folder with --keep whatever happens', async () => {
    const place = new Place()
    place.write('a.job.json', jobsFile({ name: 'good', command: 'true' }))
    const end = await place.cli('run', '--keep', 'a.job.json')
    expect(end.code).toBe(0)
    expect(end.stderr).toContain(`kept in ${place.tmp}/${place.leftovers().join()}`)
  })

  test('keeps the jobs in the directory that is named, and ends when its own are through', async () => {
    const place = new Place()
    place.write('a.job.json', jobsFile({ name: 'good', command: 'true' }))
    expect((await place.cli('run', '--data', 'mine', 'a.job.json')).code).toBe(0)
    expect((await place.cli('run', '--data', 'mine', 'a.job.json')).stdout).toContain('succeeded   2 good')
    // The folder of local sockets may stay.
    expect(place.leftovers().filter((name) => name.startsWith('jobyard-run-'))).toEqual([])
  })
})

describe('jobyard run --json', () => {
  test('prints the documented objects and nothing else: submitted first, each job once at its end, the summary last', async () => {
    const place = new Place()
    place.write('module.mjs', 'export default async ({ n }, job) => ({ n: n + 1, attempt: job.attempt })\n')
    const jobs = [
      { name: 'module', module: './module.mjs', with: { n: 41 } },
      { name: 'bad', command: 'exit 3' },
      { name: 'needs bad', command: 'true', needs: ['bad'] },
      { name: 'result', command: `echo '{"result":[1,"two"]}'` },
      RETRIED,
    ]
    place.write('a.job.json', jobsFile(...jobs))
    const end = await place.cli('run', '--json', 'a.job.json')
    expect(end.code).toBe(1)
    const events = eventsOf(end.stdout)
    expect(events[0]).toEqual({ type: 'submitted', count: 5, first_id: 1, last_id: 5 })
    expect(events.at(-1)).toMatchObject({ type: 'summary', succeeded: 3, failed: 1, skipped: 1, not_run: 0 })
    expect(events).toHaveLength(7)
    const byName = Object.fromEntries(jobsOf(events).map((job) => [job.name, job]))
    expect(byName['module']).toMatchObject({
      id: 1,
      state: 'succeeded',
      cause: 'exit',
      exit_code: 0,
      result: { n: 42, attempt: 1 },
    })
    expect(byName['bad']).toMatchObject({
      id: 2,
      state: 'failed',
      cause: 'exit',
      exit_code: 3,
      attempts: 1,
      result: null,
    })
    expect(byName['needs bad']).toMatchObject({
      state: 'skipped',
      cause: 'dependency',
      exit_code: null,
      attempts: 0,
      started_at: null,
    })
    expect(byName['result']).toMatchObject({ result: [1, 'two'] })
    expect(byName['flaky']).toMatchObject({ state: 'succeeded', attempts: 2 })
  })

  test('a module that prints and warns pollutes neither stream', async () => {
    const place = new Place()
    place.write(
      'noisy.mjs',
      `export default async () => { console.log('to stdout'); console.error('to stderr'); process.emitWarning('careful') }\n`,
    )
    place.write('a.job.json', { version: 1, name: 'noisy', module: './noisy.mjs' })
    const end = await place.cli('run', '--json', 'a.job.json')
    expect([end.code, end.stderr]).toEqual([0, ''])
    expect(statesOf(eventsOf(end.stdout))).toEqual({ noisy: 'succeeded' })
  })
})

describe('job files with faults', () => {
  const FAULTY = 'jobs:\n  - { name: good, command: touch ran }\n  - name: bad\n    comand: true\n'

  test('let nothing run: each fault is a line with its place, and nothing is left', async () => {
    const place = new Place()
    place.write('a.job.yaml', FAULTY)
    const end = await place.cli('run', '--json', 'a.job.yaml')
    expect([end.code, end.stdout]).toEqual([2, ''])
    expect(end.stderr).toContain(`${place.path('a.job.yaml')}:4:5: `)
    expect(end.stderr).toContain('command')
    expect(end.stderr).toMatch(/^jobyard: \d faults? in the job files, nothing ran$/m)
    expect(existsSync(place.path('ran'))).toBe(false)
    expect(place.leftovers()).toEqual([])
  })

  test('leave nothing in a data directory either', async () => {
    const place = new Place()
    place.write('a.job.yaml', FAULTY)
    expect((await place.cli('run', '--data', 'data', 'a.job.yaml')).code).toBe(2)
    expect((await place.cli('ls', '--json')).stdout).toBe('[]\n')
  })

  test('let the good jobs run with --skip-bad, and the exit code still tells of them', async () => {
    const place = new Place()
    place.write('a.job.yaml', FAULTY)
    const end = await place.cli('run', '--json', '--skip-bad', 'a.job.yaml')
    expect(end.code).toBe(2)
    expect(statesOf(eventsOf(end.stdout))).toEqual({ good: 'succeeded' })
    expect(existsSync(place.path('ran'))).toBe(true)
    expect(end.stderr).toMatch(/in the job files, the others run$/m)
  })

  test.each([
    ['a file that is not there', ['nowhere.job.yaml']],
    ['a folder without job files', ['empty']],
    ['no file at all', []],
    ['a number of workers that is none', ['-c', 'many', 'x.sh']],
    ['both --data and --keep', ['--data', 'd', '--keep', 'x.sh']],
  ])('%s is bad input: exit code 2 and a line that says so', async (_what, args) => {
    const place = new Place()
    place.write('empty/readme.txt', 'nothing')
    const end = await place.cli('run', ...args)
    expect([end.code, end.stdout]).toEqual([2, ''])
    expect(end.stderr).toMatch(/^jobyard: \S.*$/m)
    expect(place.leftovers()).toEqual([])
  })
})

describe('a run that ends early', () => {
  test('with --fail-fast starts no more after the first bad end, and lets running jobs finish', async () => {
    const place = new Place()
    const bad = { name: 'bad', command: 'while [ ! -e slow.started ]; do sleep 0.05; done; exit 1' }
    place.write('a.job.json', jobsFile(gated('slow'), bad, { name: 'never', command: 'touch never.started' }))
    const run = place.start(['run', '--json', '-c', '2', '--fail-fast', 'a.job.json'])
    await run.says('"state":"failed"', 'stdout')
    place.write('slow.go', '')
    const end = await run.ended
    expect(end.code).toBe(1)
    const events = eventsOf(end.stdout)
    expect(statesOf(events)).toEqual({ slow: 'succeeded', bad: 'failed' })
    expect(events.at(-1)).toMatchObject({ type: 'summary', succeeded: 1, failed: 1, not_run: 1 })
    expect(existsSync(place.path('never.started'))).toBe(false)
  })

  test('with --fail-fast starts none of the module jobs behind the bad one either', async () => {
    const place = new Place()
    place.write('a.mjs', `export default ({ n }) => { if (n === 50) throw new Error('fifty') }\n`)
    const jobs = Array.from({ length: 200 }, (_, n) => ({ name: `job ${n}`, module: './a.mjs', with: { n } }))
    place.write('a.job.json', jobsFile(...jobs))
    const end = await place.cli('run', '--json', '-c', '1', '--fail-fast', 'a.job.json')
    expect(end.code).toBe(1)
    expect(eventsOf(end.stdout).at(-1)).toMatchObject({ succeeded: 50, failed: 1, not_run: 149 })
  })

  test('by Ctrl-C lets running jobs finish, starts no more and ends with 130', async () => {
    const place = new Place()
    place.write('a.job.json', jobsFile(gated('first'), gated('second')))
    const run = place.start(['run', '--json', '-c', '1', 'a.job.json'])
    await place.appears('first.started')
    run.signal('SIGINT')
    await run.says(', Ctrl-C again to stop at once\n')
    place.write('first.go', '')
    const end = await run.ended
    expect([end.code, end.signal]).toEqual([130, null])
    const events = eventsOf(end.stdout)
    expect(statesOf(events)).toEqual({ first: 'succeeded' })
    expect(events.at(-1)).toMatchObject({ type: 'summary', succeeded: 1, not_run: 1 })
    expect(end.stderr).toContain('kept in')
  })

  test('by a second Ctrl-C stops running jobs, which count as interrupted', async () => {
    const place = new Place()
    place.write('a.job.json', jobsFile(gated('first'), gated('second')))
    const run = place.start(['run', '--json', '-c', '1', 'a.job.json'])
    await place.appears('first.started')
    run.signal('SIGINT')
    await run.says('finishing')
    run.signal('SIGINT')
    const end = await run.ended
    expect(end.code).toBe(130)
    const events = eventsOf(end.stdout)
    expect(jobsOf(events)).toMatchObject([{ name: 'first', state: 'interrupted', cause: 'user' }])
    expect(events.at(-1)).toMatchObject({ interrupted: 1, not_run: 1 })
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s stops running jobs at once', async (signal, code) => {
    const place = new Place()
    place.write('a.job.json', jobsFile(gated('first')))
    const run = place.start(['run', '--json', 'a.job.json'])
    await place.appears('first.started')
    run.signal(signal)
    const end = await run.ended
    expect(end.code).toBe(code)
    expect(statesOf(eventsOf(end.stdout))).toEqual({ first: 'interrupted' })
  })

  test('by a third Ctrl-C kills a job that ignores being stopped', async () => {
    const place = new Place()
    const stubborn = `trap '' TERM; echo $$ > pid; touch stubborn.started; while true; do sleep 0.05; done`
    place.write('a.job.json', jobsFile({ name: 'stubborn', command: stubborn, stop: { grace: '1h' } }))
    const run = place.start(['run', 'a.job.json'])
    await place.appears('stubborn.started')
    run.signal('SIGINT')
    await run.says('finishing')
    run.signal('SIGINT')
    await run.says('stopping')
    run.signal('SIGINT')
    const end = await run.ended
    expect([end.code, end.signal]).toEqual([130, null])
    expect(end.stdout).toMatch(/^interrupted 1 stubborn /)
    expect(() => process.kill(Number(readFileSync(place.path('pid'), 'utf8')), 0)).toThrow(/ESRCH/)
  })

  test('a key press that comes twice, because the process that started us passed it on, drains only', async () => {
    const place = new Place()
    place.write('a.job.json', jobsFile(gated('first')))
    const run = place.start(['run', '--json', 'a.job.json'], { JOBYARD_REEXEC: '1' })
    await place.appears('first.started')
    run.signal('SIGINT')
    run.signal('SIGINT')
    await run.says('finishing')
    place.write('first.go', '')
    expect(statesOf(eventsOf((await run.ended).stdout))).toEqual({ first: 'succeeded' })
  })

  test('because nothing is left that can run says what waits, and exits with 1', async () => {
    const place = new Place()
    place.write(
      'a.job.json',
      jobsFile(
        { name: 'held', command: 'true', hold: true },
        { name: 'after', command: 'true', needs: ['held'] },
      ),
    )
    const end = await place.cli('run', '--json', 'a.job.json')
    expect(end.code).toBe(1)
    expect(eventsOf(end.stdout).at(-1)).toMatchObject({ not_run: 2, succeeded: 0 })
    expect(end.stderr).toMatch(
      /^jobyard: nothing is left that can run: 1 held, 1 blocked$|^jobyard: nothing is left that can run: 1 blocked, 1 held$/m,
    )
  })
})

test('a reader that goes away does not keep the jobs from being run, and is no fault', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first'), { name: 'second', command: 'touch second.ran' }))
  const run = place.start(['run', '--json', '-c', '1', 'a.job.json'])
  await place.appears('first.started')
  run.child.stdout?.destroy()
  place.write('first.go', '')
  const end = await run.ended
  expect([end.code, end.stderr]).toEqual([0, ''])
  expect(existsSync(place.path('second.ran'))).toBe(true)
})
