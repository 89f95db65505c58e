import type { JobState } from '../../../shared/job.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import type { YardDelta } from '../../../shared/yard.ts'
import type { AppState } from '../../state/app-state.svelte.ts'
import { countOf } from '../../state/yard-store.svelte.ts'
import { PagedRows } from './paged-rows.ts'
import type { QueueFilter } from './queue-filter.ts'
import { effectiveOrder, isFiltered, NO_FILTER, shownStates, toJobFilter } from './queue-filter.ts'
import { RefreshPace } from './refresh-pace.ts'
import type { ListSelection } from './selection-model.ts'
import { followTo, keepOnly, NOTHING_SELECTED, unique } from './selection-model.ts'

/** Rows of one `jobs:rows`: those on screen are far fewer. */
const MOST_ROWS_READ = 200

/** The list of the queue: the rows one looks at, kept as the yard says; what is selected; what is filtered. */
export class QueueList {
  filter = $state.raw<QueueFilter>(NO_FILTER)
  selection = $state.raw<ListSelection>(NOTHING_SELECTED)
  /** Grows with each change of the rows. */
  version = $state(0)
  is_loaded = $state(false)
  /** The list is sorted by a column, and its first rows are on their way. */
  readonly is_sorting: boolean = $derived(this.filter.sort !== null && !this.is_loaded)
  error = $state.raw<unknown>(null)
  /** Counted for filters that the yard does not count; null: not counted. */
  counted = $state.raw<{ readonly count: number; readonly more: boolean } | null>(null)
  readonly length: number = $derived.by(() => {
    return this.#rowsNow().length(this.#estimate())
  })
  readonly #app: AppState
  #rows: PagedRows
  #first = 0
  #last = 60
  #reads_rows = false
  #unread: readonly number[] = []
  readonly #pace = new RefreshPace(() => this.#rows.refresh())

  constructor(app: AppState) {
    this.#app = app
    this.#rows = this.#makeRows()
  }

  /** @returns ends it */
  start(): () => void {
    const stop = this.#app.yard.listen((delta) => {
      this.#onDelta(delta)
    })
    this.reload()
    return () => {
      stop()
      this.#pace.stop()
      this.#rows.close()
    }
  }

  setFilter(change: Partial<QueueFilter>): void {
    this.filter = { ...this.filter, ...change }
    this.selection = NOTHING_SELECTED
    this.#first = 0
    this.#last = 60
    this.reload()
  }

  toggleState(state: JobState): void {
    const { states } = this.filter
    this.setFilter({
      states: states.includes(state) ? states.filter((other) => other !== state) : [...states, state],
    })
  }

  /** Asks for everything anew. */
  reload(): void {
    this.#rows.close()
    this.#rows = this.#makeRows()
    this.is_loaded = false
    this.#rows.want(this.#first, this.#last)
    this.#count()
  }

  row(index: number): HistoryJob | null {
    return this.#rowsNow().row(index)
  }

  /** These rows are on screen. */
  look(first: number, last: number): void {
    this.#first = first
    this.#last = last
    this.#rows.want(first, last)
  }

  indexOf(job_id: number): number {
    return this.#rows.indexOf(job_id)
  }

  idsBetween(first: number, last: number): Promise<number[]> {
    return this.#rows.idsBetween(first, last)
  }

  /** What an action on all that is selected works on; null: nothing is. */
  selected(): Selection | null {
    if (this.selection.is_all) return { filter: toJobFilter(this.filter) }
    return this.selection.ids.size === 0 ? null : { ids: [...this.selection.ids] }
  }

  /** States of the selected jobs, as far as they are loaded. */
  selectedStates(): readonly JobState[] {
    if (this.selection.is_all) {
      return shownStates(this.filter).filter((state) => this.#app.yard.counts[state] > 0)
    }
    const states = [...this.selection.ids].flatMap((id) => this.row(this.indexOf(id))?.job.state ?? [])
    return unique(states)
  }

  /** Whoever reads them is told when they change. */
  #rowsNow(): PagedRows {
    return this.version >= 0 ? this.#rows : this.#makeRows()
  }

  #makeRows(): PagedRows {
    const { filter } = this
    const query = { filter: toJobFilter(filter), order: effectiveOrder(filter) }
    const rows: PagedRows = new PagedRows(
      (start, limit, signal) => this.#app.api('jobs:list', { ...query, ...start, limit }, signal),
      () => {
        if (rows !== this.#rows) return
        this.error = rows.error
        this.is_loaded = true
        this.version += 1
        this.#followSelected(rows)
      },
    )
    return rows
  }

  /** The selection is of jobs, not of rows: it goes along with them. */
  #followSelected(rows: PagedRows): void {
    const ids = [...this.selection.ids]
    if (rows.is_whole) {
      this.selection = keepOnly(
        this.selection,
        ids.filter((id) => rows.indexOf(id) !== -1),
      )
    }
    const [only, ...others] = this.selection.ids
    if (only === undefined || others.length > 0) return
    const index = rows.indexOf(only)
    if (index !== -1) this.selection = followTo(this.selection, index)
  }

  /** The yard counts by state; what else is filtered is counted by the owner. */
  #estimate(): number {
    const { name, group } = this.filter
    if (name.trim() === '' && group === '') return countOf(this.#app.yard.counts, shownStates(this.filter))
    return this.counted?.count ?? 0
  }

  #count(): void {
    const { filter } = this
    this.counted = null
    if (!isFiltered(filter)) return
    this.#app.api('jobs:count', { filter: toJobFilter(filter) }).then(
      (counted) => {
        if (filter === this.filter) this.counted = counted
      },
      // The list itself says what is wrong.
      () => undefined,
    )
  }

  #onDelta({ changed }: YardDelta): void {
    if (changed === undefined) return
    if (changed.ids.length > 0) this.#readRows(changed.ids)
    this.#pace.ask()
  }

  /** Of the jobs that changed, those on screen are read at once; the order follows with the next refresh. */
  #readRows(ids: readonly number[]): void {
    const shown = ids.filter((id) => {
      const index = this.#rows.indexOf(id)
      return index >= this.#first && index <= this.#last
    })
    this.#unread = unique([...this.#unread, ...shown]).slice(0, MOST_ROWS_READ)
    if (!this.#reads_rows) void this.#readUnread()
  }

  async #readUnread(): Promise<void> {
    this.#reads_rows = true
    while (this.#unread.length > 0) {
      const ids = [...this.#unread]
      this.#unread = []
      try {
        this.#rows.patch(await this.#app.api('jobs:rows', { ids }))
      } catch {
        // The connection is gone; all is asked for anew when it is back.
        break
      }
    }
    this.#reads_rows = false
  }
}
