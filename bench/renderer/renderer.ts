import { join, resolve } from 'node:path'
import { chromium as playwrightChromium } from '@playwright/test'
import { findChromium, launchOptionsOf, removeChromium } from '../../tests/e2e/chromium.ts'
import { openServeApi } from '../../tests/e2e/hosts/serve-api.ts'
import { ServeHost } from '../../tests/e2e/hosts/serve-host.ts'
import { fillHistory } from '../../tests/fakes/filled-history.ts'
import type { Bench, BenchContext } from '../harness/bench.ts'
import { startJobStream } from './job-stream.ts'
import type { FrameFigures } from './page-meter.ts'
import { frameFigures, PageMeter } from './page-meter.ts'

const JOBS = 1_000_000
const EVENTS_PER_S = 2_000
const WARM_UP_MS = 15_000
const MEASURED_MS = 120_000
/** One after the other, over and over. */
const VIEWS = ['queue', 'history'] as const
const VIEW_MS = 10_000
const SCROLL_PIXELS = 4_000
const SCROLL_STEPS = 40
const FRAME_LIMIT_MS = 50
const NODE_LIMIT = 2_000
const NOOP = resolve(import.meta.dirname, '../subject/jobs/noop.mjs')

/** The page in a real browser, beside a real owner that has much to tell. */
export const renderer: Bench = {
  name: 'renderer',
  shows:
    'the page with 1,000,000 jobs in history and 2,000 events a second, scrolled for two minutes: frames, nodes, heap',
  peers: [],
  async run(context) {
    const chromium = await findChromium()
    const browser = await playwrightChromium.launch(launchOptionsOf(chromium))
    context.note(`measured in Chromium ${browser.version()}, from ${chromium.source}`)
    try {
      const folder = context.scratch.folder('renderer')
      fillHistory(join(folder, 'data'), { jobs: JOBS, until_ms: Date.now() })
      const surroundings = { folder, data: join(folder, 'data') }
      const host = await ServeHost.start(surroundings, browser, () => Promise.resolve())
      try {
        return await measure(host, context)
      } finally {
        await host.close()
      }
    } finally {
      await browser.close()
      removeChromium(chromium)
    }
  },
}

async function measure(host: ServeHost, { tally }: BenchContext): Promise<Record<string, number>> {
  const meter = await PageMeter.of(host.page)
  await host.page.getByRole('navigation', { name: 'Views' }).waitFor()
  await host.page.mouse.move(700, 500)
  const idle = await idleFrames(meter)
  const api = await openServeApi(host.link)
  const stream = startJobStream(api, NOOP, EVENTS_PER_S)
  await scrollViews(host, meter, WARM_UP_MS)
  await meter.takeFrames()
  const before = { heap_mb: await meter.heapMegabytes(), jobs: stream.jobs, at_ms: performance.now() }
  const nodes = await scrollViews(host, meter, MEASURED_MS)
  const figures = frameFigures(await meter.takeFrames())
  const seconds = (performance.now() - before.at_ms) / 1_000
  const after_mb = await meter.heapMegabytes()
  tally.add('jobyard', {
    ...figures,
    idle_frame_p99_ms: idle.frame_p99_ms,
    nodes_max: nodes,
    heap_start_mb: before.heap_mb,
    heap_end_mb: after_mb,
    jobs_per_s: (stream.jobs - before.jobs) / seconds,
  })
  await stream.stop()
  api.close()
  return {
    frame_p99_to_limit: figures.frame_p99_ms / FRAME_LIMIT_MS,
    nodes_to_limit: nodes / NODE_LIMIT,
    heap_end_to_start: after_mb / before.heap_mb,
  }
}

/** What this machine's frames are like while nothing happens. */
async function idleFrames(meter: PageMeter): Promise<FrameFigures> {
  await meter.startFrames()
  await meter.scroll(0, SCROLL_STEPS * 2)
  return frameFigures(await meter.takeFrames())
}

/** @returns the most elements seen */
async function scrollViews(host: ServeHost, meter: PageMeter, for_ms: number): Promise<number> {
  const end = performance.now() + for_ms
  let nodes = 0
  for (let turn = 0; performance.now() < end; turn++) {
    const view = VIEWS[turn % VIEWS.length] ?? 'queue'
    await host.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click()
    await host.page.mouse.move(700, 500)
    const view_end = Math.min(end, performance.now() + VIEW_MS)
    for (let way = 0; performance.now() < view_end; way++) {
      await meter.scroll(way % 3 === 2 ? -SCROLL_PIXELS : SCROLL_PIXELS, SCROLL_STEPS)
      nodes = Math.max(nodes, await meter.nodes())
    }
  }
  return nodes
}
