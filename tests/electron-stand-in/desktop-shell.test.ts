import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { describe, expect, test } from 'vitest'
import { connected, DesktopHarness, inState, queue } from './desktop-harness.ts'
import type { StandInApp } from './launch.ts'

const harness = new DesktopHarness()
harness.install()

/** A machine that is busy with other things takes its time. */
const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 })

const filesOf = (page: Page): Promise<readonly string[]> => page.evaluate(() => globalThis.files)

/** What a person does with the next question about quitting. */
function answerQuestions(app: StandInApp, response: number): Promise<void> {
  return app.evaluate(({ dialog, standIn }, choice) => {
    dialog.showMessageBox = (...args) => {
      standIn.dialogs.push({ kind: 'showMessageBox', options: args.at(-1) })
      return Promise.resolve({ response: choice, checkboxChecked: false })
    }
  }, response)
}

/** A job that runs until the file is there. */
function waitingScript(): { readonly path: string; readonly letGo: string } {
  const letGo = join(harness.folder, 'go')
  return { path: harness.script('wait.sh', `while [ ! -e '${letGo}' ]; do sleep 0.05; done`), letGo }
}

const choose = (app: StandInApp, label: string): Promise<void> =>
  app.evaluate(({ Menu }, wanted) => {
    Menu.getApplicationMenu()?.choose(wanted)
  }, label)

describe('files that the app is given', () => {
  test('come as a drop: from the command line, from a second start, and from the system', async () => {
    harness.build()
    const [first, second, third] = ['1.sh', '2.sh', '3.sh'].map((name) => harness.script(name, 'true'))
    const { app, page } = await harness.open(['1.sh', `file://${first ?? ''}`])
    await poll(() => filesOf(page)).toEqual([first])
    const again = await harness.start([second ?? ''])
    expect(await again.exited).toBe(0)
    await poll(() => filesOf(page)).toEqual([first, second])
    await app.evaluate(({ app: electronApp }, path) => {
      electronApp.emit('open-file', { preventDefault: () => undefined }, path)
    }, third)
    await poll(() => filesOf(page)).toEqual([first, second, third])
    // Given out once.
    await page.reload()
    await connected(page)
    expect(await filesOf(page)).toEqual([])
    expect(again.faults.concat(app.faults)).toEqual([])
  })

  test('can be picked, by the menu and by the page', async () => {
    const { app, page } = await harness.open()
    await app.evaluate(({ dialog }) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/somewhere/a.sh'] })
    })
    await choose(app, 'Open Job Files…')
    await poll(() => filesOf(page)).toEqual(['/somewhere/a.sh'])
    const picked = await page.evaluate(() => {
      const { jobyardHost } = globalThis as unknown as { jobyardHost: { pickFiles(): Promise<string[]> } }
      return jobyardHost.pickFiles()
    })
    expect(picked).toEqual(['/somewhere/a.sh'])
  })
})

describe('what the shell shows', () => {
  test('a failed job and an empty queue are told, once each, and a click leads there', async () => {
    const { app, page } = await harness.open()
    const job_id = await queue(page, [harness.script('bad.sh', 'exit 3')])
    const titles = (): Promise<string[]> =>
      app.evaluate(({ standIn }) => standIn.notifications.map(({ title, body }) => `${title}: ${body}`))
    await poll(async () => (await titles()).toSorted()).toEqual([
      'The queue is empty: 0 succeeded, 1 failed',
      'bad.sh failed: It ended with exit code 3',
    ])
    await app.evaluate(({ standIn }) => {
      standIn.notifications.find(({ title }) => title.startsWith('bad'))?.click()
    })
    await poll(() => page.evaluate('location.hash')).toBe(`#/job/${job_id}`)
  })

  test('settings decide about notifications and sleep', async () => {
    const { app, page } = await harness.open()
    const change = { notify_failed: false, notify_idle: false, prevent_sleep: false }
    await page.evaluate((changes) => globalThis.call('settings:set', changes), change)
    const { path, letGo } = waitingScript()
    const job_id = await queue(page, [path])
    await inState(page, job_id, 'running')
    const blockers = (): Promise<number> => app.evaluate(({ standIn }) => standIn.power_blockers.size)
    const badge = (): Promise<number> => app.evaluate(({ standIn }) => standIn.badge_count)
    await poll(badge).toBe(1)
    expect(await blockers()).toBe(0)
    await page.evaluate(() => globalThis.call('settings:set', { prevent_sleep: true }))
    await poll(blockers).toBe(1)
    await queue(page, [harness.script('go.sh', `touch '${letGo}'`)])
    await inState(page, job_id, 'succeeded')
    await poll(blockers).toBe(0)
    await poll(badge).toBe(0)
    expect(await app.evaluate(({ standIn }) => standIn.notifications)).toEqual([])
  })

  test('tray and menu show the pool and act on it', async () => {
    const { app, page } = await harness.open()
    const tray = (): Promise<string | undefined> => app.evaluate(({ standIn }) => standIn.trays[0]?.tool_tip)
    await poll(tray).toBe('Jobyard: Running · 0 running · 0 waiting')
    await choose(app, 'Pause')
    await poll(tray).toBe('Jobyard: Paused · 0 running · 0 waiting')
    await queue(page, [harness.script('later.sh', 'true')])
    await poll(tray).toBe('Jobyard: Paused · 0 running · 1 waiting')
    await app.evaluate(({ standIn }) => {
      standIn.trays[0]?.choose('Resume')
    })
    await poll(tray).toBe('Jobyard: Running · 0 running · 0 waiting')
    await choose(app, 'History')
    await poll(() => page.evaluate('location.hash')).toBe('#/history')
    expect(app.faults).toEqual([])
  })
})

describe('quitting while a job runs', () => {
  async function withRunningJob(): Promise<{
    app: StandInApp
    page: Page
    job_id: number
    letGo: string
  }> {
    const { app, page } = await harness.open()
    const { path, letGo } = waitingScript()
    const job_id = await queue(page, [path])
    await inState(page, job_id, 'running')
    return { app, page, job_id, letGo }
  }
  const quit = (app: StandInApp): Promise<void> =>
    app.evaluate(({ app: electronApp }) => {
      electronApp.quit()
    })
  const questions = (app: StandInApp): Promise<number> =>
    app.evaluate(({ standIn }) => standIn.dialogs.length)

  test('"cancel" changes nothing', async () => {
    const { app, page, job_id } = await withRunningJob()
    await answerQuestions(app, 3)
    app.clickClose(page)
    await poll(() => questions(app)).toBe(1)
    await inState(page, job_id, 'running')
  })

  test('"finish" waits for it and then quits', async () => {
    const { app, letGo } = await withRunningJob()
    await answerQuestions(app, 0)
    await quit(app)
    await poll(() => app.evaluate(({ standIn }) => standIn.trays[0]?.tool_tip ?? '')).toContain(
      'Stopping when running jobs are done',
    )
    await app.evaluate((_electron, path) => {
      process.getBuiltinModule('node:fs').writeFileSync(path, '')
    }, letGo)
    expect(await app.exited).toBe(0)
  })

  test('"stop now" stops it, and the next start finds it interrupted', async () => {
    const { app, job_id } = await withRunningJob()
    await answerQuestions(app, 1)
    await quit(app)
    expect(await app.exited).toBe(0)
    const { page } = await harness.open()
    await inState(page, job_id, 'interrupted')
  })

  test('"keep running" leaves it to the tray, which brings the window back', async () => {
    const { app, page, job_id } = await withRunningJob()
    await answerQuestions(app, 2)
    app.clickClose(page)
    await poll(() => app.windows().length).toBe(0)
    await app.evaluate(({ standIn }) => {
      standIn.trays[0]?.choose('Show Jobyard')
    })
    const again = await app.firstWindow()
    await connected(again)
    await inState(again, job_id, 'running')
    expect(app.faults).toEqual([])
  })

  test('when the system goes down nobody is asked', async () => {
    const { app } = await withRunningJob()
    await app.evaluate(({ powerMonitor }) => {
      powerMonitor.emit('shutdown')
    })
    expect(await app.exited).toBe(0)
  })
})

test('a data directory that another program owns is told in a box, and nothing is opened', async () => {
  const { page } = await harness.open()
  await connected(page)
  // Another app on the same data, which the lock of the profile does not know of.
  const other = await harness.start([], {
    env: { PATH: process.env['PATH'], HOME: harness.folder, STAND_IN_NO_LOCK: '1' },
  })
  expect(await other.exited).toBe(1)
  expect(other.output()).toContain('error box: Jobyard could not start:')
  expect(other.windows()).toEqual([])
})

test('a crash of the app takes its workers along, and the next start goes on', async () => {
  const { app, page } = await harness.open()
  const { path } = waitingScript()
  const job_id = await queue(page, [path])
  await inState(page, job_id, 'running')
  await app.kill()
  const { page: again } = await harness.open()
  await inState(again, job_id, 'interrupted')
  expect(existsSync(join(harness.folder, 'data', 'window'))).toBe(true)
})
