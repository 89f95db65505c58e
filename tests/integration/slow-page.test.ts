import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Uploads } from '../../electron/headless/web/uploads.ts'
import { openWebHost } from '../../electron/headless/web/web-host.ts'
import type { JobVerb } from '../../shared/ipc.ts'
import type { YardDelta, YardSnapshot } from '../../shared/yard.ts'
import { openServeApi, queueDrop } from '../e2e/hosts/serve-api.ts'
import { openApi } from './api-harness.ts'
import { testFolder } from './real-engine.ts'

const JOBS = 2_000
const TURNS = 40
/** One push under way, one behind it, and what they left out: more than this would have gathered somewhere. */
const MOST_PUSHES = 6
const MOST_BYTES = 64 * 1024

/** A page over a real WebSocket that counts what comes. */
class Page {
  pushes = 0
  bytes = 0
  counts: YardSnapshot['counts'] | null = null
  #wake: () => void = () => undefined

  readonly listener = {
    onSnapshot: (yard: YardSnapshot): void => {
      this.#take(yard)
    },
    onDelta: (yard: YardDelta): void => {
      this.#take(yard)
    },
    onJobNews: (): void => undefined,
  }

  #take(yard: YardSnapshot | YardDelta): void {
    this.pushes += 1
    this.bytes += JSON.stringify(yard).length
    this.counts = yard.counts ?? this.counts
    this.#wake()
  }

  async until(held: number): Promise<void> {
    while (this.counts?.held !== held)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }
}

test('a page that stops reading makes nothing pile up, however much happens, and then knows where things stand', async () => {
  const { server } = await openApi({ start: false })
  const uploads = new Uploads(join(testFolder(), 'uploads'))
  const host = await openWebHost({
    ...{ host: '127.0.0.1', port: 0, tls: null, renderer_dir: testFolder(), secret: 'x' },
    ...{ uploads, api: server },
  })
  onTestFinished(async () => {
    await host.close()
  })
  const busy = await openServeApi(host.url)
  const page = new Page()
  const slow = await openServeApi(host.url, page.listener)
  slow.connection.watch()
  await queueDrop(busy.connection, {
    from: 'text',
    name: 'many.job.json',
    text: JSON.stringify({
      version: 1,
      jobs: Array.from({ length: JOBS }, (_none, n) => ({ name: `job ${n}`, command: 'true', hold: true })),
    }),
  })
  await page.until(JOBS)
  slow.pause()
  const before = { pushes: page.pushes, bytes: page.bytes }
  const turn = (verb: JobVerb): Promise<unknown> =>
    busy.connection.call('jobs:act', { verb, selection: { filter: {} } })
  for (let n = 0; n < TURNS; n++) await turn(n % 2 === 0 ? 'release' : 'hold')
  await turn('release')
  slow.resume()
  await page.until(0)
  expect(page.pushes - before.pushes).toBeLessThanOrEqual(MOST_PUSHES)
  expect(page.bytes - before.bytes).toBeLessThan(MOST_BYTES)
  busy.close()
  slow.close()
})
