import { Timers } from './timers.ts'

/** Short messages at the edge of the window. */

export type ToastTone = 'plain' | 'good' | 'bad'

export interface Toast {
  readonly id: number
  readonly tone: ToastTone
  readonly text: string
  readonly detail: string | null
  /** One thing that can be done about it, like Undo. */
  readonly action: { readonly label: string; readonly run: () => void } | null
}

/** Errors and what can be undone stay longer. */
const PLAIN_MS = 4_000
const LONG_MS = 10_000
const MOST = 4

export class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #next_id = 1
  readonly #timers = new Timers()

  show(text: string, more: { tone?: ToastTone; detail?: string; action?: Toast['action'] } = {}): number {
    const id = this.#next_id
    this.#next_id += 1
    const tone = more.tone ?? 'plain'
    const toast = { id, tone, text, detail: more.detail ?? null, action: more.action ?? null }
    const kept = this.list.slice(-(MOST - 1))
    for (const { id: gone } of this.list) if (!kept.some((one) => one.id === gone)) this.#timers.clear(gone)
    this.list = [...kept, toast]
    this.#arm(id, tone === 'bad' || toast.action !== null ? LONG_MS : PLAIN_MS)
    return id
  }

  /** While a person looks at it, it stays. */
  hold(id: number): void {
    this.#timers.clear(id)
  }

  letGo(id: number): void {
    this.#arm(id, PLAIN_MS)
  }

  dismiss(id: number): void {
    this.#timers.clear(id)
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  #arm(id: number, after_ms: number): void {
    this.#timers.set(id, after_ms, () => {
      this.dismiss(id)
    })
  }
}
