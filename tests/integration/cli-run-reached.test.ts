/** `jobyard run` in a directory that others name, too: as its owner, and as one that follows. */
import { existsSync } from 'node:fs'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { expect, test } from 'vitest'
import { entryPaths } from '../../electron/headless/entry-paths.ts'
import type { Host, Terminal } from '../../electron/headless/host.ts'
import { Output } from '../../electron/headless/output/output.ts'
import { reachOwner } from '../../electron/headless/owner-client.ts'
import { runElsewhere } from '../../electron/headless/run-elsewhere.ts'
import type { Running } from './cli-harness.ts'
import { BUILT_CLI } from '../built.ts'
import { eventsOf, gated, jobsFile, Place, statesOf } from './cli-harness.ts'

/** `jobyard run` of jobs that wait for their file NAME.go, one at a time, once the first of them runs. */
async function startRun(place: Place, ...names: readonly [string, ...string[]]): Promise<Running> {
  place.write('own.job.json', jobsFile(...names.map(gated)))
  const run = place.start(['run', '--data', place.data, '--json', '-c', '1', 'own.job.json'])
  await place.appears(`${names[0]}.started`)
  return run
}

test('other commands reach a run by its directory, and it stays until what they added is through', async () => {
  const place = new Place()
  const run = await startRun(place, 'first', 'second')
  place.write('a.job.json', jobsFile(gated('third')))
  expect(await place.cli('add', 'a.job.json')).toMatchObject({ stdout: 'added 1 job: 3\n', stderr: '' })
  expect((await place.cli('cancel', '2')).stdout).toBe('job 2 second: queued -> cancelled\n')
  const log = place.start(['log', '3', '--follow'])
  await log.says('job 3 is queued, waiting for its start')
  place.write('first.go', '')
  await place.appears('third.started')
  expect(JSON.parse((await place.cli('ls', '--state', 'running', '--json')).stdout)).toMatchObject([
    { id: 3 },
  ])
  place.write('third.go', '')
  const end = await run.ended
  expect(statesOf(eventsOf(end.stdout))).toEqual({ first: 'succeeded', second: 'cancelled' })
  expect(end.code).toBe(1)
  expect((await log.ended).code).toBe(0)
  expect(JSON.parse((await place.cli('ls', '--json')).stdout)).toMatchObject([
    { id: 3, state: 'succeeded' },
    { id: 2, state: 'cancelled' },
    { id: 1, state: 'succeeded' },
  ])
  expect(existsSync(place.path('data/owner.socket'))).toBe(false)
})

test('a second run of the directory follows its jobs in the first, which ends with them', async () => {
  const place = new Place()
  const run = await startRun(place, 'first')
  place.write('a.job.json', jobsFile(gated('second'), { name: 'third', command: `echo '{"result":3}'` }))
  const follower = place.start(['run', '--data', place.data, '--json', 'a.job.json'])
  await follower.says('"submitted"', 'stdout')
  place.write('first.go', '')
  await place.appears('second.started')
  place.write('second.go', '')
  const [end, followed] = await Promise.all([run.ended, follower.ended])
  expect([end.code, statesOf(eventsOf(end.stdout))]).toEqual([0, { first: 'succeeded' }])
  const events = eventsOf(followed.stdout)
  expect([followed.code, statesOf(events)]).toEqual([0, { second: 'succeeded', third: 'succeeded' }])
  expect(events).toContainEqual(expect.objectContaining({ name: 'third', result: 3 }))
})

test('a run that is paused waits to be resumed, and one that is stopped ends', async () => {
  const place = new Place()
  const run = await startRun(place, 'first', 'second', 'third')
  await place.cli('pause')
  place.write('first.go', '')
  await run.says('"name":"first"', 'stdout')
  expect(existsSync(place.path('second.started'))).toBe(false)
  await place.cli('resume')
  await place.appears('second.started')
  const stop = place.start(['stop'])
  await stop.says('waiting for 1 job')
  place.write('second.go', '')
  expect(await stop.ended).toMatchObject({ code: 0, stdout: 'stopped\n' })
  const end = await run.ended
  expect([end.code, statesOf(eventsOf(end.stdout))]).toEqual([1, { first: 'succeeded', second: 'succeeded' }])
  expect(end.stderr).toBe('jobyard: the queue was paused: `jobyard resume` lets it go on\n')
})

test('who follows is told of the end of an owner that dies, and what it has left', async () => {
  const place = new Place()
  const run = await startRun(place, 'first')
  place.write('a.job.json', jobsFile({ name: 'done', command: 'true' }, gated('second')))
  const follower = place.start(['run', '--data', place.data, '--json', 'a.job.json'])
  await follower.says('"submitted"', 'stdout')
  place.write('first.go', '')
  await place.appears('second.started')
  run.signal('SIGKILL')
  const end = await follower.ended
  expect([end.code, statesOf(eventsOf(end.stdout))]).toEqual([1, { done: 'succeeded' }])
  expect(eventsOf(end.stdout).at(-1)).toMatchObject({ type: 'summary', succeeded: 1, not_run: 1 })
  expect(end.stderr).toBe(
    `jobyard: the Jobyard that worked this directory has ended: 1 job not run. To go on: jobyard start --data ${place.data}\n`,
  )
})

test('on a terminal, who follows sees its own jobs run, and what failed in the end', async () => {
  const place = new Place()
  place.write('own.job.json', jobsFile(gated('theirs')))
  const owner = place.start(['start', '-c', '2', 'own.job.json'])
  await place.appears('theirs.started')
  const screen = new Screen()
  place.write(
    'a.job.json',
    jobsFile({
      name: 'bad',
      command: 'echo 40%; while [ ! -e go ]; do sleep 0.05; done; echo oh >&2; exit 3',
    }),
  )
  const client = await reachOwner(place.data)
  if (client === null) throw new Error('There is no owner.')
  const exit_code = runElsewhere(client, ['a.job.json'], {}, screen.hostIn(place.dir))
  await screen.shows('bad   40%')
  expect(screen.text).toContain(`process ${owner.pid} works these jobs, Ctrl-C leaves them to it`)
  place.write('go', '')
  expect(await exit_code).toBe(1)
  client.close()
  expect(screen.text).not.toContain('theirs')
  expect(screen.text).toMatch(/failed +2 +bad +exit code 3 .*\n.*│ oh\n1 job: 1 failed, in \S+\n$/)
  place.write('theirs.go', '')
  owner.signal('SIGINT')
  await owner.ended
})

/** A terminal that remembers everything that was drawn. */
class Screen {
  text = ''
  readonly #stream: Writable
  #look: () => void = () => undefined

  constructor() {
    this.#stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += stripVTControlCharacters(chunk.toString())
        this.#look()
        done()
      },
    })
  }

  hostIn(cwd: string): Host {
    const terminal: Terminal = Object.assign(this.#stream, { columns: 80, rows: 20 })
    const output = new Output(terminal)
    const entries = entryPaths(BUILT_CLI)
    return { entries, stdout: output, stderr: output, terminal, colors: pc, cwd, reexec: false, exit_code: 0 }
  }

  async shows(text: string): Promise<void> {
    while (!this.text.includes(text))
      await new Promise<void>((resolve) => {
        this.#look = resolve
      })
  }
}
