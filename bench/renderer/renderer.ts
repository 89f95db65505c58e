import { join, resolve } from 'node:path'
import { chromium as playwrightChromium } from '@playwright/test'
import { findChromium, launchOptionsOf, removeChromium } from '../../tests/e2e/chromium.ts'
import { openServeApi } from '../../tests/e2e/hosts/serve-api.ts'
import { ServeHost } from '../../tests/e2e/hosts/serve-host.ts'
import { fillHistory } from '../../tests/fakes/filled-history.ts'
import { processUsage } from '../../electron/process/process-usage.ts'
import type { Bench, BenchContext } from '../harness/bench.ts'
import { BYTES_PER_MB } from '../harness/stats.ts'
import { growth } from './growth.ts'
import { startJobStream } from './job-stream.ts'
import type { FrameFigures } from './page-meter.ts'
import { frameFigures, PageMeter } from './page-meter.ts'
import { Told } from './told.ts'

const JOBS = 1_000_000
const EVENTS_PER_S = 2_000
const WARM_UP_TURNS = 4
/** Two minutes. */
const TURNS = 12
/** One after the other, over and over. */
const VIEWS = ['queue', 'history'] as const
const VIEW_MS = 10_000
const SCROLL_PIXELS = 4_000
const SCROLL_STEPS = 40
const FRAME_LIMIT_MS = 50
const NODE_LIMIT = 2_000
const PAUSE = resolve(import.meta.dirname, '../subject/jobs/pause.mjs')

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
      const told = new Told()
      const host = await ServeHost.start(surroundings, browser, (page) => {
        told.listenTo(page)
        return Promise.resolve()
      })
      try {
        return await measure(host, told, context)
      } finally {
        await host.close()
      }
    } finally {
      await browser.close()
      removeChromium(chromium)
    }
  },
}

async function measure(
  host: ServeHost,
  told: Told,
  { tally }: BenchContext,
): Promise<Record<string, number | undefined>> {
  const meter = await PageMeter.of(host.page)
  await host.page.getByRole('navigation', { name: 'Views' }).waitFor()
  await host.page.mouse.move(700, 500)
  const idle = await idleFrames(meter)
  const api = await openServeApi(host.link)
  const stream = startJobStream(api, PAUSE, told)
  await scrollViews(host, meter, WARM_UP_TURNS)
  const toldFigures = told.begin()
  const turns = await scrollViews(host, meter, TURNS)
  const arrived = toldFigures()
  await stream.stop()
  api.close()
  const figures = frameFigures(turns.flatMap(({ frames }) => frames))
  const nodes_max = Math.max(...turns.map(({ nodes }) => nodes))
  const owner_mb = turns.flatMap((turn) => turn.owner_mb ?? [])
  tally.add('jobyard', {
    ...figures,
    ...arrived,
    idle_frame_p99_ms: idle.frame_p99_ms,
    nodes_max,
    ...startAndEnd('owner', owner_mb),
  })
  // Each view holds another amount: only a view and the same view later can be compared.
  const heaps = VIEWS.map((view) => turns.filter((turn) => turn.view === view).map(({ heap_mb }) => heap_mb))
  for (const [at, view] of VIEWS.entries()) tally.add('jobyard', startAndEnd(`heap_${view}`, heaps[at] ?? []))
  return {
    frame_p99_to_limit: figures.frame_p99_ms / FRAME_LIMIT_MS,
    nodes_to_limit: nodes_max / NODE_LIMIT,
    events_to_wanted: arrived.events_per_s / EVENTS_PER_S,
    heap_growth: Math.max(...heaps.map(growth)),
    owner_growth: owner_mb.length === 0 ? undefined : growth(owner_mb),
  }
}

function startAndEnd(name: string, megabytes: readonly number[]): Record<string, number> {
  const [first] = megabytes
  const last = megabytes.at(-1)
  return first === undefined || last === undefined
    ? {}
    : { [`${name}_start_mb`]: first, [`${name}_end_mb`]: last }
}

/** What this machine's frames are like while nothing happens. */
async function idleFrames(meter: PageMeter): Promise<FrameFigures> {
  await meter.startFrames()
  await meter.scroll(0, SCROLL_STEPS * 2)
  return frameFigures(await meter.takeFrames())
}

/** One view scrolled for a while, and what there was at its end. */
interface Turn {
  readonly view: (typeof VIEWS)[number]
  readonly frames: readonly number[]
  /** The most elements seen. */
  readonly nodes: number
  readonly heap_mb: number
  readonly owner_mb: number | null
}

async function scrollViews(host: ServeHost, meter: PageMeter, count: number): Promise<Turn[]> {
  const turns: Turn[] = []
  while (turns.length < count) {
    const view = VIEWS[turns.length % VIEWS.length] ?? 'queue'
    // A collection stops the page, which nobody sees outside of a benchmark.
    await meter.takeFrames()
    const nodes = await scrollView(host, meter, view)
    const frames = await meter.takeFrames()
    turns.push({
      ...{ view, nodes, frames },
      heap_mb: await meter.heapMegabytes(),
      owner_mb: await residentMegabytes(host.pid()),
    })
  }
  return turns
}

/** @returns the most elements seen */
async function scrollView(host: ServeHost, meter: PageMeter, view: string): Promise<number> {
  await host.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click()
  await host.page.mouse.move(700, 500)
  const end = performance.now() + VIEW_MS
  let nodes = 0
  for (let way = 0; performance.now() < end; way++) {
    await meter.scroll(way % 3 === 2 ? -SCROLL_PIXELS : SCROLL_PIXELS, SCROLL_STEPS)
    nodes = Math.max(nodes, await meter.nodes())
  }
  return nodes
}

/** Of the owner, with its workers; null: this system does not tell. */
async function residentMegabytes(pid: number): Promise<number | null> {
  const [owner] = await processUsage([pid])
  return owner === undefined ? null : owner.memory_bytes / BYTES_PER_MB
}
