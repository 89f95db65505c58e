import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { z } from 'zod'
import { environmentOf, OUT_FOLDER } from './host-environment.ts'
import type { Host, HostSurroundings } from './host.ts'
import { OwnerProcess } from './owner-process.ts'

const readySchema = z.object({ url: z.url(), pid: z.int() })

/** `jobyard serve`, as it was built, and a page of a browser. */
export class ServeHost implements Host {
  readonly name = 'serve'
  readonly page: Page
  readonly #surroundings: HostSurroundings
  readonly #context: BrowserContext
  #owner: OwnerProcess
  #url: URL

  private constructor(surroundings: HostSurroundings, context: BrowserContext, page: Page, started: Started) {
    this.#surroundings = surroundings
    this.#context = context
    this.page = page
    this.#owner = started.owner
    this.#url = started.url
  }

  /** @param prepare is called before the page is opened */
  static async start(
    surroundings: HostSurroundings,
    browser: Browser,
    prepare: (page: Page) => Promise<void>,
  ): Promise<ServeHost> {
    const started = await startServe(surroundings, 0)
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
    })
    const page = await context.newPage()
    await prepare(page)
    await page.goto(started.url.href)
    return new ServeHost(surroundings, context, page, started)
  }

  pid(): number {
    return this.#owner.pid
  }

  /** Where it listens. */
  get port(): number {
    return Number(this.#url.port)
  }

  /** The link it printed, which carries the token. */
  get link(): string {
    return this.#url.href
  }

  async end(how: 'quit' | 'kill'): Promise<void> {
    await this.#owner.end(how === 'quit' ? 'SIGINT' : 'SIGKILL')
  }

  async startAgain(): Promise<void> {
    const { owner, url } = await startServe(this.#surroundings, this.port)
    this.#owner = owner
    this.#url = url
  }

  async openAgain(): Promise<Page> {
    await this.page.goto(this.link)
    return this.page
  }

  async close(): Promise<void> {
    await this.#context.close()
    await this.#owner.end('SIGTERM')
  }
}

interface Started {
  readonly owner: OwnerProcess
  readonly url: URL
}

async function startServe({ folder, data }: HostSurroundings, port: number): Promise<Started> {
  const command = [
    process.execPath,
    join(OUT_FOLDER, 'main', 'cli.js'),
    'serve',
    '--json',
    '--data',
    data,
    '--port',
    String(port),
  ]
  const owner = new OwnerProcess(command, folder, environmentOf(folder))
  try {
    const { url } = readySchema.parse(await owner.ready())
    return { owner, url: new URL(url) }
  } catch (error) {
    await owner.end('SIGKILL')
    throw error
  }
}
