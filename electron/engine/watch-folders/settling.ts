import type { WatchedFile } from '../../../shared/watch.ts'

interface Seen {
  readonly size: number
  readonly mtime_ms: number
  /** Since when it stands still, by our clock: that of the file's disk may go differently. */
  readonly since_ms: number
  /** The look at which it was there. */
  readonly look: number
}

/** Files that may still grow: each is watched until its size and its time have stood still for long enough. */
export class Settling {
  readonly #settle_ms: number
  readonly #files = new Map<string, Seen>()
  #look = 0

  constructor(settle_ms: number) {
    this.#settle_ms = settle_ms
  }

  get count(): number {
    return this.#files.size
  }

  /** A new look at the folder begins. */
  begin(): void {
    this.#look += 1
  }

  /** @returns whether the file has settled; it is not watched any more then */
  see({ path, size, mtime_ms }: WatchedFile, now_ms: number): boolean {
    const before = this.#files.get(path)
    const stands = before?.size === size && before.mtime_ms === mtime_ms && before.since_ms <= now_ms
    const since_ms = stands ? before.since_ms : now_ms
    if (now_ms - since_ms >= this.#settle_ms) {
      this.#files.delete(path)
      return true
    }
    this.#files.set(path, { size, mtime_ms, since_ms, look: this.#look })
    return false
  }

  /** Forgets what this look did not find. */
  dropUnseen(): void {
    for (const [path, { look }] of this.#files) if (look !== this.#look) this.#files.delete(path)
  }

  /** When the next of them may have settled; null: there is none. */
  nextTime(): number | null {
    let next_ms: number | null = null
    for (const { since_ms } of this.#files.values()) {
      const at_ms = since_ms + this.#settle_ms
      if (next_ms === null || at_ms < next_ms) next_ms = at_ms
    }
    return next_ms
  }
}
