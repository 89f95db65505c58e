import type { Browser, BrowserContext, Page } from '@playwright/test'
import type { StandInApp } from '../../electron-stand-in/launch.ts'
import { launchStandIn } from '../../electron-stand-in/launch.ts'
import { environmentOf, OUT_FOLDER } from './host-environment.ts'
import type { Host, HostSurroundings } from './host.ts'

/** The built desktop app on the stand-in for Electron. */
export class StandInHost implements Host {
  readonly name = 'stand-in'
  readonly #surroundings: HostSurroundings
  readonly #context: BrowserContext
  readonly #prepare: (page: Page) => Promise<void>
  #app: StandInApp
  #page: Page

  private constructor(
    surroundings: HostSurroundings,
    context: BrowserContext,
    prepare: (page: Page) => Promise<void>,
    opened: { readonly app: StandInApp; readonly page: Page },
  ) {
    this.#surroundings = surroundings
    this.#context = context
    this.#prepare = prepare
    this.#app = opened.app
    this.#page = opened.page
  }

  static async start(
    surroundings: HostSurroundings,
    browser: Browser,
    prepare: (page: Page) => Promise<void>,
  ): Promise<StandInHost> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
    })
    const opened = await launch(surroundings, context, prepare)
    return new StandInHost(surroundings, context, prepare, opened)
  }

  get page(): Page {
    return this.#page
  }

  pid(): number {
    return this.#app.process().pid ?? 0
  }

  async end(how: 'quit' | 'kill'): Promise<void> {
    if (how === 'kill') {
      await this.#app.kill()
      return
    }
    await this.#app.evaluate(({ dialog }) => {
      // "Stop Them Now and Quit"
      Object.assign(dialog, {
        showMessageBox: () => Promise.resolve({ response: 1, checkboxChecked: false }),
      })
    })
    await this.#app.close()
  }

  async startAgain(): Promise<void> {
    const { app, page } = await launch(this.#surroundings, this.#context, this.#prepare)
    this.#app = app
    this.#page = page
  }

  openAgain(): Promise<Page> {
    return Promise.resolve(this.#page)
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#app.process()
    if (exitCode === null && signalCode === null) await this.end('quit')
    const { faults } = this.#app
    await this.#context.close()
    if (faults.length > 0) throw new Error(`The stand-in has faults: ${faults.join('\n')}`)
  }
}

async function launch(
  { folder, data }: HostSurroundings,
  context: BrowserContext,
  prepare: (page: Page) => Promise<void>,
): Promise<{ app: StandInApp; page: Page }> {
  const app = launchStandIn({
    context,
    prepare,
    cwd: folder,
    args: ['--data', data],
    env: environmentOf(folder),
    out: OUT_FOLDER,
  })
  const page = await app.firstWindow()
  return { app, page }
}
