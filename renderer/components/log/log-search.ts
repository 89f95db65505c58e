import type { LogLine } from './log-lines.ts'
import { plainText } from './log-lines.ts'

/** Where the text was found. */
export interface LogMatch {
  readonly line_number: number
  /** Place in the line without colours. */
  readonly start: number
}

/**
 * So many are counted; who searches for "e" does not step through a million.
 * @internal for tests
 */
export const MAX_MATCHES = 10_000

/**
 * The matches of one text in lines that still grow. Without case, unless the text has a capital letter. It is fed with
 * lines a share at a time, so that half a million of them do not hold up the page.
 */
export class LogSearch {
  readonly needle: string
  readonly #has_case: boolean
  #matches: LogMatch[] = []
  #next_number = 1

  constructor(needle: string) {
    this.needle = needle
    this.#has_case = needle !== needle.toLowerCase()
  }

  get matches(): readonly LogMatch[] {
    return this.#matches
  }

  get is_full(): boolean {
    return this.#matches.length >= MAX_MATCHES
  }

  /** Forgets what was found from this line on: it is another now. */
  rewind(line_number: number): void {
    if (line_number >= this.#next_number) return
    this.#next_number = line_number
    let keep = this.#matches.length
    while (keep > 0 && (this.#matches[keep - 1]?.line_number ?? 0) >= line_number) keep -= 1
    this.#matches = this.#matches.slice(0, keep)
  }

  /**
   * Looks through some more lines.
   * @param lines in order of their numbers
   * @returns false where all were looked through
   */
  advance(lines: readonly LogLine[], max_lines: number): boolean {
    if (this.needle === '') return false
    const from = lowerBound(lines, this.#next_number)
    const to = Math.min(lines.length, from + max_lines)
    const found: LogMatch[] = []
    for (let at = from; at < to && this.#matches.length + found.length < MAX_MATCHES; at += 1) {
      const line = lines[at]
      if (line === undefined) break
      for (const start of this.findIn(plainText(line))) found.push({ line_number: line.number, start })
    }
    if (found.length > 0) this.#matches = [...this.#matches, ...found].slice(0, MAX_MATCHES)
    const last = lines[to - 1]
    if (last !== undefined && to > from) this.#next_number = last.number + 1
    return to < lines.length && !this.is_full
  }

  /** Where the text stands in one line. */
  findIn(plain: string): number[] {
    const starts: number[] = []
    if (this.needle === '') return starts
    const text = this.#has_case ? plain : plain.toLowerCase()
    // Lower case of some letters is longer than they are: then places would be off, so case counts there.
    const haystack = text.length === plain.length ? text : plain
    let at = haystack.indexOf(this.needle)
    while (at !== -1) {
      starts.push(at)
      at = haystack.indexOf(this.needle, at + this.needle.length)
    }
    return starts
  }
}

/** The place of the first line with this number or a higher one. */
export function lowerBound(lines: readonly LogLine[], number: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lines[middle]?.number ?? 0) < number) low = middle + 1
    else high = middle
  }
  return low
}
