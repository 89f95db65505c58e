import type { Page } from '@playwright/test'
import { z } from 'zod'

/** Of what an owner pushes, what is counted here. */
const deltaSchema = z.object({
  type: z.literal('delta'),
  yard: z.object({ ended: z.object({ count: z.int() }).optional() }),
})

/** A job is queued, starts and ends: three events that a page may have to show. */
const EVENTS_OF_A_JOB = 3

export interface ToldFigures {
  /** Of jobs whose end came to the page. */
  readonly events_per_s: number
  readonly pushes_per_s: number
  readonly pushed_kb_per_s: number
}

/** Counts what has come to a page, at its WebSocket: what an owner was given to do says nothing about that. */
export class Told {
  #ended = 0
  #pushes = 0
  #chars = 0
  #since_ms = performance.now()

  /** Before the page is opened. */
  listenTo(page: Page): void {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        this.#take(payload.toString())
      })
    })
  }

  /** Jobs in all whose end came to the page. */
  get ended(): number {
    return this.#ended
  }

  /** Counts from now on; jobs go on being counted in all. */
  begin(): () => ToldFigures {
    const before = this.#ended
    this.#pushes = 0
    this.#chars = 0
    this.#since_ms = performance.now()
    return () => {
      const seconds = (performance.now() - this.#since_ms) / 1_000
      return {
        events_per_s: ((this.#ended - before) * EVENTS_OF_A_JOB) / seconds,
        pushes_per_s: this.#pushes / seconds,
        pushed_kb_per_s: this.#chars / 1_000 / seconds,
      }
    }
  }

  #take(text: string): void {
    const delta = deltaSchema.safeParse(JSON.parse(text))
    if (!delta.success) return
    this.#pushes += 1
    this.#chars += text.length
    this.#ended += delta.data.yard.ended?.count ?? 0
  }
}
