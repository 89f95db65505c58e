/** The command line's verbs, with the desktop app as the owner of the data directory. */
import type { Page } from '@playwright/test'
import { expect, test } from 'vitest'
import { eventsOf, gated, jobsFile, Place, statesOf } from '../integration/cli-harness.ts'
import { DesktopHarness } from './desktop-harness.ts'

/** Each test is a whole session of many commands. */
const SESSION_MS = 60_000

const harness = new DesktopHarness()
harness.install()

/** Waits until the window was told that the pool is in that state. */
async function poolIs(page: Page, state: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const pools = globalThis.pushes.flatMap((push) =>
      'yard' in push ? [push.yard as { readonly pool?: { readonly state: string } }] : [],
    )
    return pools.findLast(({ pool }) => pool !== undefined)?.pool?.state === wanted
  }, state)
}

test(
  'commands in a terminal work the queue of the app, and its window shows it',
  async () => {
    const { app, page } = await harness.open()
    const place = new Place(harness.folder)
    await page.evaluate(() => globalThis.call('pool:set-concurrency', { concurrency: 1 }))
    await page.evaluate(() => {
      globalThis.say({ type: 'watch' })
    })
    const first = { ...gated('first'), command: `echo begun; ${gated('first').command}; echo done` }
    place.write('a.job.json', jobsFile(first, gated('second'), gated('third')))

    const added = await place.cli('add', '--data', place.data, 'a.job.json')
    expect(added).toMatchObject({ code: 0, stdout: 'added 3 jobs: 1-3\n', stderr: '' })
    await place.appears('first.started')
    const log = place.start(['log', '1', '--follow'])
    await log.says('begun\n', 'stdout')
    expect((await place.cli('pause')).stdout).toBe('the queue is paused, still running: 1 job\n')
    await poolIs(page, 'paused')
    expect((await place.cli('cancel', '3')).stdout).toBe('job 3 third: queued -> cancelled\n')
    place.write('first.go', '')
    expect(await log.ended).toMatchObject({ code: 0, stdout: 'begun\ndone\n' })
    const waits = await place.cli('ls', '--json', '--state', 'queued')
    expect(JSON.parse(waits.stdout)).toMatchObject([{ id: 2, wait_reason: 'pool-paused' }])

    expect((await place.cli('resume')).stdout).toBe('the queue is resumed\n')
    await place.appears('second.started')
    expect((await place.cli('suspend', '2')).stdout).toBe('job 2 second: running -> suspended\n')
    expect((await place.cli('resume', '2')).stdout).toBe('job 2 second: suspended -> running\n')
    const stop = place.start(['stop'])
    await stop.says('waiting for 1 job')
    place.write('second.go', '')
    expect(await stop.ended).toMatchObject({ code: 0, stdout: 'stopped\n' })
    // The app goes on, and its pool is started again.
    await poolIs(page, 'stopped')
    expect((await place.cli('resume')).code).toBe(0)
    await poolIs(page, 'running')
    expect(JSON.parse((await place.cli('ls', '--json')).stdout)).toMatchObject([
      { id: 3, state: 'cancelled' },
      { id: 2, state: 'succeeded' },
      { id: 1, state: 'succeeded' },
    ])
    const start = await place.cli('start')
    expect([start.code, start.stderr]).toEqual([1, expect.stringContaining(String(app.process().pid))])
    expect(app.faults).toEqual([])
    await app.close()
    expect((await place.cli('stop')).stderr).toContain('No Jobyard works the queue')
  },
  SESSION_MS,
)

test(
  'run gives its jobs to the app and follows them; where the app dies it says what is left, and the next owner takes over',
  async () => {
    const { app } = await harness.open()
    const place = new Place(harness.folder)
    place.write(
      'a.job.json',
      jobsFile({ name: 'told', command: `echo '{"result":{"a":1}}'` }, { name: 'bad', command: 'exit 3' }),
    )
    const run = await place.cli('run', '--data', place.data, '--json', 'a.job.json')
    const events = eventsOf(run.stdout)
    expect([run.code, statesOf(events)]).toEqual([1, { told: 'succeeded', bad: 'failed' }])
    expect(events).toContainEqual(expect.objectContaining({ name: 'told', result: { a: 1 } }))

    place.write('b.job.json', jobsFile(gated('first')))
    const follower = place.start(['run', '--data', place.data, 'b.job.json'])
    await place.appears('first.started')
    await app.kill()
    const end = await follower.ended
    expect([end.code, end.stdout]).toEqual([1, expect.stringMatching(/^1 job: .*1 not run/)])
    expect(end.stderr).toContain(`1 job not run. To go on: jobyard start --data ${place.data}`)
    const cancel = await place.cli('cancel', '3')
    expect(cancel.stdout).toBe('job 3 first: interrupted -> cancelled\n')
  },
  SESSION_MS,
)
