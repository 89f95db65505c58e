import type { CDPSession, Page } from '@playwright/test'
import { z } from 'zod'
import { percentile } from '../harness/stats.ts'

const heapSchema = z.object({ usedSize: z.number() })
const HEAP_LOOKS = 3
const MEGABYTE = 1024 * 1024

// What runs in the page is text: this room knows no DOM.
const START_FRAMES = `{
  const frames = []
  window.benchFrames = frames
  let last = performance.now()
  const look = (now) => {
    frames.push(now - last)
    last = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}`
const TAKE_FRAMES = 'window.benchFrames.splice(0)'
const COUNT_NODES = 'document.querySelectorAll("*").length'

export interface FrameFigures {
  readonly frame_p50_ms: number
  readonly frame_p99_ms: number
  readonly frame_max_ms: number
  readonly frames: number
}

/** Looks into a page from outside. */
export class PageMeter {
  readonly #page: Page
  readonly #session: CDPSession

  private constructor(page: Page, session: CDPSession) {
    this.#page = page
    this.#session = session
  }

  static async of(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page)
    return new PageMeter(page, session)
  }

  /** From now on the time from frame to frame is taken, as long as the page lives. */
  async startFrames(): Promise<void> {
    await this.#page.evaluate(START_FRAMES)
  }

  /** Frames since the last call. */
  async takeFrames(): Promise<readonly number[]> {
    return z.array(z.number()).parse(await this.#page.evaluate(TAKE_FRAMES))
  }

  /** Elements of the document. */
  async nodes(): Promise<number> {
    return z.int().parse(await this.#page.evaluate(COUNT_NODES))
  }

  /**
   * What JavaScript of the page holds, when what it does not need any more is gone. The page goes on meanwhile, and what it
   * makes between collection and look counts, too: of several looks the least is nearest to what it holds.
   */
  async heapMegabytes(): Promise<number> {
    let least = Number.POSITIVE_INFINITY
    for (let look = 0; look < HEAP_LOOKS; look++) {
      const [, answer] = await Promise.all([
        this.#session.send('HeapProfiler.collectGarbage'),
        this.#session.send('Runtime.getHeapUsage'),
      ])
      least = Math.min(least, heapSchema.parse(answer).usedSize)
    }
    return least / MEGABYTE
  }

  /** A turn of the wheel over the middle of the window, in steps of a frame. */
  async scroll(pixels: number, steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#page.mouse.wheel(0, pixels / steps)
  }
}

export function frameFigures(frames: readonly number[]): FrameFigures {
  return {
    frame_p50_ms: percentile(frames, 0.5),
    frame_p99_ms: percentile(frames, 0.99),
    frame_max_ms: Math.max(0, ...frames),
    frames: frames.length,
  }
}
