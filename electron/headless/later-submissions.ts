import type { Engine } from '../engine/engine.ts'
import type { Work } from './work.ts'

interface Added {
  readonly submission_id: number
  readonly count: number
}

/** What others add to the queue of a `run` while it works: they were told that it is worked. */
export class LaterSubmissions {
  readonly #engine: Engine
  readonly #added: Added[] = []

  constructor(engine: Engine) {
    this.#engine = engine
    engine.bus.on('submission:added', (added) => {
      this.#added.push(added)
    })
  }

  /** Resolves when nothing of them is left that can run, or no further job starts. */
  async finish(work: Work): Promise<void> {
    let idle = whenIdle(work)
    for (;;) {
      // Commands that follow the ends are others' jobs, too.
      await this.#engine.settled()
      const next = this.#added.shift()
      if (next === undefined || work.stopping) return
      // Idle once does not mean that nothing came since.
      if (idle.aborted) idle = whenIdle(work)
      await this.#ended(next, AbortSignal.any([idle, work.halted]))
    }
  }

  /** Whoever added them tells what becomes of them. */
  async #ended(added: Added, signal: AbortSignal): Promise<void> {
    const results = this.#engine.results(added, signal)
    let result = await results.next()
    while (result.done !== true) result = await results.next()
  }
}

function whenIdle(work: Work): AbortSignal {
  const idle = new AbortController()
  const abort = (): void => {
    idle.abort()
  }
  work.whenIdle().then(abort, abort)
  return idle.signal
}
