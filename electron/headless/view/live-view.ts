import { createLogUpdate } from 'log-update'
import type { Colors } from 'picocolors/types'
import type { Terminal } from '../host.ts'
import { sizeOf } from '../host.ts'
import type { LiveState } from './render-live.ts'
import { renderLive } from './render-live.ts'
import { Throughput, etaMs } from './throughput.ts'

/** Ten times a second at the most. */
const REDRAW_MS = 100

/** What the view asks for each time it draws. */
export type LiveFacts = Pick<LiveState, 'succeeded' | 'bad' | 'total' | 'waiting' | 'running' | 'notice'>

export interface LiveViewOptions {
  readonly terminal: Terminal
  readonly colors: Colors
  /** @param rows lines there are, so that no more names are looked up than are shown */
  readonly facts: (rows: number) => LiveFacts
  readonly now: () => number
}

/** Keeps a few lines at the bottom of the terminal up to date. */
export class LiveView {
  readonly #options: LiveViewOptions
  readonly #draw: ReturnType<typeof createLogUpdate>
  readonly #throughput = new Throughput()
  readonly #started_ms: number
  readonly #timer: NodeJS.Timeout
  #ended = false

  constructor(options: LiveViewOptions) {
    this.#options = options
    this.#draw = createLogUpdate(options.terminal)
    this.#started_ms = options.now()
    this.#timer = setInterval(() => {
      this.#redraw()
    }, REDRAW_MS)
    this.#redraw()
  }

  /** Lets something be printed above the view. */
  aside(print: () => void): void {
    if (!this.#ended) this.#draw.clear()
    print()
    this.#redraw()
  }

  /** Takes the view away. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#timer)
    this.#draw.clear()
    this.#draw.done()
  }

  #redraw(): void {
    if (this.#ended) return
    const { terminal, colors } = this.#options
    const now_ms = this.#options.now()
    const size = sizeOf(terminal)
    const facts = this.#options.facts(size.rows)
    const ended = facts.succeeded + facts.bad
    this.#throughput.note(now_ms, ended)
    const per_second = this.#throughput.perSecond(now_ms, ended)
    const remaining = facts.total === null ? (facts.waiting ?? 0) + facts.running.length : facts.total - ended
    const state = {
      ...facts,
      elapsed_ms: now_ms - this.#started_ms,
      per_second,
      eta_ms: etaMs(remaining, facts.running.length, per_second),
    }
    this.#draw(renderLive(state, size, colors).join('\n'))
  }
}
