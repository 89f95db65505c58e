import type { LogLine } from './log-lines.ts'
import type { LogMatch } from './log-search.ts'
import { LogSearch } from './log-search.ts'

/** Looked through in one go: some milliseconds. */
const LINES_AT_ONCE = 20_000

/** The search field of a log: its matches, and the one that one stands at. */
export class LogFinder {
  matches = $state.raw<readonly LogMatch[]>([])
  /** Place in `matches`; -1: at none. */
  current = $state(-1)
  /** More lines are still to be looked through. */
  is_searching = $state(false)
  search = $state.raw(new LogSearch(''))
  #lines: readonly LogLine[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** More matches than are counted. */
  get is_full(): boolean {
    return this.matches.length > 0 && this.search.is_full
  }

  get current_match(): LogMatch | null {
    return this.matches[this.current] ?? null
  }

  find(needle: string): void {
    if (needle === this.search.needle) return
    this.search = new LogSearch(needle)
    this.matches = []
    this.current = -1
    this.#pump()
  }

  /** @param first_changed number of the first line that is new or another; 1 where all are others */
  setLines(lines: readonly LogLine[], first_changed: number): void {
    this.#lines = lines
    this.search.rewind(first_changed)
    if (this.search.needle !== '') this.#pump()
  }

  /** Goes to the next match, or the one before; round the ends. */
  step(by: 1 | -1): void {
    const count = this.matches.length
    if (count === 0) return
    if (this.current === -1) this.current = by === 1 ? 0 : count - 1
    else this.current = (this.current + by + count) % count
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #pump(): void {
    clearTimeout(this.#timer)
    const more = this.search.advance(this.#lines, LINES_AT_ONCE)
    this.matches = this.search.matches
    this.is_searching = more
    if (this.current >= this.matches.length) this.current = this.matches.length - 1
    if (this.current === -1 && this.matches.length > 0) this.current = 0
    if (!more) return
    this.#timer = setTimeout(() => {
      this.#pump()
    })
  }
}
