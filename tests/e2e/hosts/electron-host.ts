import { resolve } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { _electron } from '@playwright/test'
import { environmentOf } from './host-environment.ts'
import { electronBinary, packedApp } from './host-names.ts'
import type { Host, HostSurroundings } from './host.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

/** The built desktop app in Electron itself. */
export class ElectronHost implements Host {
  readonly name = 'electron'
  readonly #surroundings: HostSurroundings
  readonly #prepare: (page: Page) => Promise<void>
  #app: ElectronApplication
  #page: Page

  private constructor(
    surroundings: HostSurroundings,
    prepare: (page: Page) => Promise<void>,
    opened: { readonly app: ElectronApplication; readonly page: Page },
  ) {
    this.#surroundings = surroundings
    this.#prepare = prepare
    this.#app = opened.app
    this.#page = opened.page
  }

  static async start(
    surroundings: HostSurroundings,
    prepare: (page: Page) => Promise<void>,
  ): Promise<ElectronHost> {
    return new ElectronHost(surroundings, prepare, await launch(surroundings, prepare))
  }

  get page(): Page {
    return this.#page
  }

  pid(): number {
    return this.#app.process().pid ?? 0
  }

  async end(how: 'quit' | 'kill'): Promise<void> {
    const gone = new Promise<void>((done) => {
      this.#app.once('close', () => {
        done()
      })
    })
    if (how === 'kill') this.#app.process().kill('SIGKILL')
    else {
      await this.#app.evaluate(({ dialog }) => {
        // "Stop Them Now and Quit"
        Object.assign(dialog, {
          showMessageBox: () => Promise.resolve({ response: 1, checkboxChecked: false }),
        })
      })
      await this.#app.close()
    }
    await gone
  }

  async startAgain(): Promise<void> {
    const { app, page } = await launch(this.#surroundings, this.#prepare)
    this.#app = app
    this.#page = page
  }

  openAgain(): Promise<Page> {
    return Promise.resolve(this.#page)
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#app.process()
    if (exitCode === null && signalCode === null) await this.end('quit')
  }
}

async function launch(
  { folder, data }: HostSurroundings,
  prepare: (page: Page) => Promise<void>,
): Promise<{ app: ElectronApplication; page: Page }> {
  const packed = packedApp()
  const executablePath = packed ?? electronBinary()
  if (executablePath === undefined)
    throw new Error('The binary of Electron is not here: npx install-electron')
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(environmentOf(folder)))
    if (value !== undefined) env[name] = value
  // A packed app brings its own folder.
  const args = [...(packed === undefined ? [ROOT] : []), '--data', data]
  const app = await _electron.launch({ executablePath, args, cwd: folder, env })
  const page = await app.firstWindow()
  await prepare(page)
  return { app, page }
}
