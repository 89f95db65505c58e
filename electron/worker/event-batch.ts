import type { FromWorker, WorkerEvent } from '../../shared/worker-protocol.ts'

const MAX_EVENTS = 256
/** While short commands follow one another, what they report is told, and stored, so often. */
const PATIENCE_MS = 30

/**
 * Gathers events into arrays: one message for each job would cost ten times as much. What was pushed is sent at the
 * latest when the event loop has turned once.
 */
export class EventBatch {
  readonly #post: (message: FromWorker) => void
  #events: WorkerEvent[] = []
  #scheduled = false
  #patience: NodeJS.Timeout | null = null
  #sent_at = 0

  constructor(post: (message: FromWorker) => void) {
    this.#post = post
  }

  /** When something was last sent, by `performance.now()`. */
  get sent_at(): number {
    return this.#sent_at
  }

  push(event: WorkerEvent): void {
    this.#events.push(event)
    if (this.#events.length >= MAX_EVENTS) this.flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#onTurn)
    }
  }

  /** As `push`, but what comes within some milliseconds goes along with it. */
  pushPatiently(event: WorkerEvent): void {
    this.#events.push(event)
    this.#patience ??= setTimeout(this.#onPatienceOver, PATIENCE_MS)
  }

  readonly #onPatienceOver = (): void => {
    this.#patience = null
    this.flush()
  }

  readonly #onTurn = (): void => {
    this.#scheduled = false
    this.flush()
  }

  flush(): void {
    if (this.#patience !== null) clearTimeout(this.#patience)
    this.#patience = null
    if (this.#events.length === 0) return
    const events = this.#events
    this.#events = []
    this.#sent_at = performance.now()
    this.#post({ type: 'events', events })
  }
}
