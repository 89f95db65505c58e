import type { JobPage, ListCursor } from '../../../shared/listing.ts'
import type { HistoryJob } from '../../../shared/status.ts'

/**
 * Jobs in one page: a few screens.
 * @internal for tests
 */
export const PAGE_JOBS = 250
/** Pages kept around the one looked at; others are forgotten but for their cursor. */
const KEPT_PAGES = 6

/** So many pages are walked over to one that is wanted; one further off is asked for by its place. */
const WALKED_PAGES = 4

/** Where a page begins: behind a cursor, at the start of the list, or behind so many rows. */
export type PageStart = { readonly before: ListCursor } | { readonly skip: number } | Record<string, never>

export type FetchPage = (start: PageStart, limit: number, signal: AbortSignal) => Promise<JobPage>

interface Page {
  readonly jobs: readonly HistoryJob[]
}

/**
 * A window on a long list. Pages are loaded where one looks: one after the other by their cursors, a place far off by its
 * number. Rows that are not there yet are null.
 */
export class PagedRows {
  readonly #fetch: FetchPage
  readonly #onChange: () => void
  readonly #pages = new Map<number, Page>()
  /** Where a page begins; null: at the start. */
  readonly #cursors = new Map<number, ListCursor | null>([[0, null]])
  /** Pages whose rows may be wrong: shown until they are there anew. */
  readonly #stale = new Set<number>()
  /** Rows in all, where the end was seen. */
  #end: number | null = null
  #first_wanted = 0
  #last_wanted = 0
  #work: Promise<void> | null = null
  readonly #abort = new AbortController()
  error: unknown = null

  constructor(fetch: FetchPage, onChange: () => void) {
    this.#fetch = fetch
    this.#onChange = onChange
  }

  /** What is thrown away takes back what it asked for, and asks for nothing more. */
  close(): void {
    this.#abort.abort()
  }

  row(index: number): HistoryJob | null {
    return this.#pages.get(Math.floor(index / PAGE_JOBS))?.jobs[index % PAGE_JOBS] ?? null
  }

  /** Rows in all, as far as they are known; `estimate` is what others have counted. */
  length(estimate: number): number {
    if (this.#end !== null) return this.#end
    let seen = 0
    for (const [at, page] of this.#pages) seen = Math.max(seen, at * PAGE_JOBS + page.jobs.length)
    return Math.max(seen, estimate)
  }

  /** These rows are looked at. */
  want(first: number, last: number): void {
    this.#first_wanted = Math.max(0, Math.floor(first / PAGE_JOBS))
    this.#last_wanted = Math.max(this.#first_wanted, Math.floor(last / PAGE_JOBS))
    void this.#run()
  }

  /** Reads what is looked at anew. Resolves when it is there. */
  refresh(): Promise<void> {
    for (const at of this.#pages.keys()) this.#stale.add(at)
    // Where the end is not looked at, it may have moved: only an estimate is left.
    if (this.#end !== null && this.#end > (this.#last_wanted + 1) * PAGE_JOBS) this.#end = null
    return this.#run()
  }

  /** Puts rows that were read again in their places; those of `asked` that are not among them are gone, and stay until a refresh. */
  patch(rows: readonly HistoryJob[]): void {
    const by_id = new Map(rows.map((row) => [row.job.id, row]))
    let has_changed = false
    for (const [at, page] of this.#pages) {
      if (!page.jobs.some(({ job }) => by_id.has(job.id))) continue
      has_changed = true
      this.#pages.set(at, { jobs: page.jobs.map((row) => by_id.get(row.job.id) ?? row) })
    }
    if (has_changed) this.#onChange()
  }

  /** Every row is there: a job that is not among them is not in the list. */
  get is_whole(): boolean {
    if (this.#end === null || this.#stale.size > 0) return false
    return [...this.#pages.values()].reduce((sum, { jobs }) => sum + jobs.length, 0) === this.#end
  }

  /** Where a job is among the loaded rows; -1: not among them. */
  indexOf(job_id: number): number {
    for (const [at, page] of this.#pages) {
      const index = page.jobs.findIndex(({ job }) => job.id === job_id)
      if (index !== -1) return at * PAGE_JOBS + index
    }
    return -1
  }

  /** The ids from one row to another, loading what is missing. */
  async idsBetween(first: number, last: number): Promise<number[]> {
    const ids: number[] = []
    let at = Math.floor(first / PAGE_JOBS)
    while (at > 0 && !this.#cursors.has(at)) at -= 1
    let before = this.#cursors.get(at) ?? null
    for (; at <= Math.floor(last / PAGE_JOBS); at += 1) {
      const kept = this.#pages.get(at)
      const page: JobPage =
        kept !== undefined && !this.#stale.has(at)
          ? { jobs: kept.jobs, next: this.#cursors.get(at + 1) ?? null }
          : await this.#fetchWhole(before, PAGE_JOBS)
      for (const [offset, { job }] of page.jobs.entries()) {
        const index = at * PAGE_JOBS + offset
        if (index >= first && index <= last) ids.push(job.id)
      }
      if (page.next === null) break
      before = page.next
    }
    return ids
  }

  /** One page after the other, so that the owner is asked for one thing at a time. */
  #run(): Promise<void> {
    this.#work ??= this.#loadAll().finally(() => {
      this.#work = null
    })
    return this.#work
  }

  async #loadAll(): Promise<void> {
    for (let at = this.#nextPage(); at !== null && !this.#isClosed(); at = this.#nextPage()) {
      try {
        const page = await this.#fetchPage(at)
        if (this.#isClosed()) return
        this.error = null
        this.#take(at, page)
        this.#onChange()
      } catch (thrown) {
        if (this.#isClosed()) return
        this.error = thrown
        this.#onChange()
        return
      }
    }
  }

  async #fetchPage(at: number): Promise<JobPage> {
    const before = this.#cursors.get(at)
    if (before !== undefined) return this.#fetchWhole(before, PAGE_JOBS)
    const page = await this.#fetch({ skip: at * PAGE_JOBS }, PAGE_JOBS, this.#abort.signal)
    if (page.start !== undefined && page.jobs.length > 0) this.#cursors.set(at, page.start.before)
    // The list is shorter than was thought.
    if (page.jobs.length === 0 && page.start !== undefined) this.#endIn(page.start.total)
    return this.#filled(page, PAGE_JOBS)
  }

  async #fetchWhole(before: ListCursor | null, limit: number): Promise<JobPage> {
    const page = await this.#fetch(before === null ? {} : { before }, limit, this.#abort.signal)
    return this.#filled(page, limit)
  }

  /** The owner may end a page early, where it takes long to find: it goes on until it is full. */
  async #filled(first: JobPage, limit: number): Promise<JobPage> {
    let page = first
    while (page.next !== null && page.jobs.length < limit && !this.#isClosed()) {
      const left = limit - page.jobs.length
      const more = await this.#fetch({ before: page.next }, left, this.#abort.signal)
      page = { jobs: [...page.jobs, ...more.jobs], next: more.next }
    }
    return page
  }

  /** Asked again after each wait. */
  #isClosed(): boolean {
    return this.#abort.signal.aborted
  }

  /** The page to load next: the first that is wanted and missing, or one on the way to it where that is short. */
  #nextPage(): number | null {
    for (let at = this.#first_wanted; at <= this.#last_wanted; at += 1) {
      if (this.#pages.has(at) && !this.#stale.has(at)) continue
      if (this.#end !== null && at * PAGE_JOBS >= this.#end && at > 0) return null
      for (let near = at; near >= Math.max(0, at - WALKED_PAGES); near -= 1) {
        if (this.#cursors.has(near)) return near
      }
      return at
    }
    return null
  }

  #take(at: number, page: JobPage): void {
    if (page.jobs.length > 0 || at === 0) this.#pages.set(at, { jobs: page.jobs })
    this.#stale.delete(at)
    if (page.next === null) this.#endAt(at, page.jobs.length)
    else {
      if (!isSame(this.#cursors.get(at + 1), page.next)) {
        this.#cursors.set(at + 1, page.next)
        // What follows begins elsewhere now.
        this.#stale.add(at + 1)
      }
      if (this.#end !== null && this.#end <= (at + 1) * PAGE_JOBS) this.#end = null
    }
    this.#forgetFar(at)
  }

  #endAt(at: number, count: number): void {
    if (count > 0 || at === 0) {
      this.#endIn(at * PAGE_JOBS + count)
      return
    }
    // The list became shorter while one looked at a place behind its end: the page before knows how it ends.
    if (this.#pages.has(at - 1)) this.#stale.add(at - 1)
    this.#endIn(Math.min(this.#end ?? Infinity, at * PAGE_JOBS))
  }

  #endIn(count: number): void {
    this.#end = count
    const last = Math.max(0, Math.ceil(count / PAGE_JOBS) - 1)
    for (const other of [...this.#pages.keys()]) if (other > last) this.#pages.delete(other)
    for (const other of [...this.#cursors.keys()]) if (other > last) this.#cursors.delete(other)
  }

  #forgetFar(at: number): void {
    if (this.#pages.size <= KEPT_PAGES) return
    const middle = (this.#first_wanted + this.#last_wanted) / 2
    const far = [...this.#pages.keys()]
      .filter((other) => other !== at)
      .sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
    for (const other of far.slice(0, this.#pages.size - KEPT_PAGES)) {
      this.#pages.delete(other)
      this.#stale.delete(other)
    }
  }
}

function isSame(a: ListCursor | null | undefined, b: ListCursor): boolean {
  return (
    a?.id === b.id &&
    a.ended_ms === b.ended_ms &&
    a.run?.position === b.run?.position &&
    a.run?.priority === b.run?.priority &&
    a.run?.waiting === b.run?.waiting &&
    a.sort?.rank === b.sort?.rank &&
    a.sort?.value === b.sort?.value
  )
}
