/** How many jobs ended in each of the last seconds: the sparkline, the rate, and what is left. */

const SECONDS = 60
/** Until this much was seen, nothing is foretold. */
const LEAST_SECONDS = 3

export class Throughput {
  #buckets: number[] = []
  #second = 0
  #since_second: number | null = null

  /** `count` jobs have ended at `now_ms`. Times go forward. */
  add(count: number, now_ms: number): void {
    this.#moveTo(now_ms)
    const last = this.#buckets.length - 1
    this.#buckets[last] = (this.#buckets[last] ?? 0) + count
  }

  /** Ends in each second of the last minute, oldest first; always the same length. */
  samples(now_ms: number): readonly number[] {
    this.#moveTo(now_ms)
    return [...new Array<number>(SECONDS - this.#buckets.length).fill(0), ...this.#buckets]
  }

  /** Ends in a second, on average of what was seen of the last minute; null: nothing seen yet. */
  perSecond(now_ms: number): number | null {
    this.#moveTo(now_ms)
    if (this.#since_second === null) return null
    const seen = Math.min(SECONDS, this.#second - this.#since_second + 1)
    if (seen < LEAST_SECONDS) return null
    // The second that is under way would pull the average down.
    const over = this.#buckets.slice(0, -1)
    const sum = over.reduce((total, count) => total + count, 0)
    return sum / Math.max(1, seen - 1)
  }

  #moveTo(now_ms: number): void {
    const second = Math.floor(now_ms / 1_000)
    if (this.#buckets.length === 0 || second - this.#second >= SECONDS) this.#buckets = [0]
    else for (let at = this.#second; at < second; at += 1) this.#buckets.push(0)
    this.#buckets = this.#buckets.slice(-SECONDS)
    this.#second = Math.max(second, this.#second)
    this.#since_second ??= second
  }
}

/** How long the rest takes at this rate; null: nobody can say. */
export function timeLeft(jobs_left: number, per_second: number | null): number | null {
  if (jobs_left === 0 || per_second === null || per_second <= 0) return null
  return (jobs_left / per_second) * 1_000
}
