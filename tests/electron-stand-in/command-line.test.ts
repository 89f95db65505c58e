import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DesktopHarness } from './desktop-harness.ts'
import type { StandInApp } from './launch.ts'

const harness = new DesktopHarness()
harness.install()

/** As the installed launcher starts it. */
function commandLine(...words: readonly string[]): Promise<StandInApp> {
  if (harness.folder === '') harness.build()
  const data = join(harness.folder, 'data')
  return harness.start([], { args: ['--cli', '--', ...words, '--data', data], is_packaged: true })
}

const poll = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 })

describe('the program of the app, as the command line', () => {
  test('runs jobs in utility processes, opens no window and ends by itself', async () => {
    harness.build()
    const told = join(harness.folder, 'told')
    writeFileSync(
      join(harness.folder, 'tell.mjs'),
      `import { writeFileSync } from 'node:fs'\nexport default () => writeFileSync(${JSON.stringify(told)}, process.type ?? 'node')\n`,
    )
    const file = join(harness.folder, 'tell.jobyard')
    writeFileSync(file, 'module: ./tell.mjs\n')
    const app = await commandLine('run', file)
    expect(await app.exited).toBe(0)
    expect(app.output()).toContain('1 job: 1 succeeded')
    expect(readFileSync(told, 'utf8')).toBe('utility')
    expect(app.windows()).toEqual([])
    expect(app.faults).toEqual([])
    // Nothing of Chromium is left behind, neither in the data directory nor beside it.
    expect(existsSync(join(harness.folder, 'data', 'window'))).toBe(false)
    expect(
      readdirSync(join(harness.folder, 'tmp')).filter((name) => name.startsWith('jobyard-cli-')),
    ).toEqual([])
  })

  test('ends with the exit code of the command', async () => {
    harness.build()
    const failing = await commandLine('run', harness.script('fails.sh', 'exit 3'))
    expect(await failing.exited).toBe(1)
    expect(await (await commandLine('nonsense')).exited).toBe(2)
  })

  test('lets running jobs finish at a first SIGINT, as the command line does everywhere', async () => {
    harness.build()
    const [started, go] = ['started', 'go'].map((name) => join(harness.folder, name))
    const wait = `touch '${started ?? ''}'; while [ ! -e '${go ?? ''}' ]; do sleep 0.05; done; echo > ${harness.folder}/done`
    const app = await commandLine('run', harness.script('wait.sh', wait))
    await poll(() => existsSync(started ?? '')).toBe(true)
    app.process().kill('SIGINT')
    await poll(() => app.output()).toContain('again')
    await app.evaluate(({ app: electronApp }) => {
      electronApp.quit()
    })
    harness.script('go', '')
    expect(await app.exited).toBe(130)
    expect(existsSync(join(harness.folder, 'done'))).toBe(true)
  })

  test('reaches the window that is open', async () => {
    const { app } = await harness.open()
    const added = await commandLine('add', harness.script('given.sh', 'true'))
    expect(await added.exited).toBe(0)
    const list = async (): Promise<string> => {
      const listed = await commandLine('ls', '--state', 'succeeded')
      await listed.exited
      return listed.output()
    }
    await expect.poll(list, { timeout: 15_000 }).toContain('given.sh')
    expect(app.faults).toEqual([])
  })
})
