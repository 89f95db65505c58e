/** What is looked back at: long enough to even out different jobs, short enough to follow a change. */
const WINDOW_MS = 30_000
const SAMPLE_EVERY_MS = 500
/** Less than that says nothing yet. */
const LEAST_SPAN_MS = 1_000
/** Where jobs are long, the window reaches back until it holds so many ends. */
const LEAST_ENDED = 3

interface Sample {
  readonly at_ms: number
  readonly ended: number
}

/** How many jobs end in a second, lately. */
export class Throughput {
  #samples: Sample[] = []

  /** @param ended jobs that have ended so far */
  note(at_ms: number, ended: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && (ended === last.ended || at_ms - last.at_ms < SAMPLE_EVERY_MS)) return
    this.#samples.push({ at_ms, ended })
    for (;;) {
      const second = this.#samples[1]
      if (second === undefined || second.at_ms > at_ms - WINDOW_MS || ended - second.ended < LEAST_ENDED)
        return
      this.#samples.shift()
    }
  }

  /** null where it is not known: too short a time, or too few ends. */
  perSecond(at_ms: number, ended: number): number | null {
    const first = this.#samples[0]
    if (first === undefined || at_ms - first.at_ms < LEAST_SPAN_MS || ended - first.ended < LEAST_ENDED)
      return null
    return ((ended - first.ended) / (at_ms - first.at_ms)) * 1_000
  }
}

/**
 * When the rest will be through at this rate, in milliseconds from now; null where that is not known: the rate says
 * nothing about when those will end that run already.
 */
export function etaMs(remaining: number, running: number, per_second: number | null): number | null {
  if (per_second === null || remaining <= running) return null
  return (remaining / per_second) * 1_000
}
