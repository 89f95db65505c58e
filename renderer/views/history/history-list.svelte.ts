import type { ListSort } from '../../../shared/listing.ts'
import type { JobFilter, Selection } from '../../../shared/selection.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import type { YardDelta } from '../../../shared/yard.ts'
import { dependOn } from '../../components/depend-on.ts'
import type { AppState } from '../../state/app-state.svelte.ts'
import { orderOf } from '../queue/list-sort.ts'
import { PagedRows } from '../queue/paged-rows.ts'
import { RefreshPace } from '../queue/refresh-pace.ts'
import type { ListSelection } from '../queue/selection-model.ts'
import { NOTHING_SELECTED } from '../queue/selection-model.ts'
import type { HistoryForm } from './history-filter.ts'
import { EMPTY_FORM, toJobFilter } from './history-filter.ts'
import { OutputSearch } from './output-search.svelte.ts'

const MOST_ROWS_READ = 500
const FIRST_ROWS = 60
/** As the history begins. */
export const LAST_FIRST: ListSort = { by: 'ended', down: true }

/** What the history shows: jobs that are over, the last first, or those whose output holds a text. */
class HistoryList {
  form = $state.raw<HistoryForm>(EMPTY_FORM)
  /** What the form asked for when it was last changed; ranges like "last hour" begin then. */
  filter = $state.raw<JobFilter>(toJobFilter(EMPTY_FORM, Date.now()))
  selection = $state.raw<ListSelection>(NOTHING_SELECTED)
  /** Jobs that ended while one looked further down. */
  newer = $state(0)
  /** By a column; null: the last that ended first. */
  sort = $state.raw<ListSort | null>(null)
  is_loaded = $state(false)
  /** The same jobs are on their way in another order. */
  is_sorting = $state(false)
  error = $state.raw<unknown>(null)
  counted = $state.raw<{ readonly count: number; readonly more: boolean } | null>(null)
  /** A search in the output goes on, or its matches are shown. */
  search = $state.raw<OutputSearch | null>(null)
  /** Grows with each change of the rows. */
  #version = $state(0)
  readonly #app: AppState
  #rows: PagedRows
  #first = 0
  #last = FIRST_ROWS
  readonly #pace = new RefreshPace(async () => {
    await this.#rows.refresh()
    this.#count()
  })

  constructor(app: AppState) {
    this.#app = app
    this.#rows = this.#makeRows()
  }

  /** @returns ends it */
  start(): () => void {
    const stop = this.#app.yard.listen((delta) => {
      this.#onDelta(delta)
    })
    return () => {
      stop()
      this.#pace.stop()
      this.#rows.close()
      this.search?.stop()
    }
  }

  get length(): number {
    dependOn(this.#version)
    return this.search === null
      ? this.#rows.length(Math.max(0, this.counted?.count ?? 0))
      : this.search.matches.length
  }

  row(index: number): HistoryJob | null {
    dependOn(this.#version)
    return this.search === null ? this.#rows.row(index) : (this.search.matches[index]?.job ?? null)
  }

  /** The line that holds what was searched for. */
  lineOf(index: number): string | null {
    return this.search?.matches[index]?.line ?? null
  }

  setForm(change: Partial<HistoryForm>): void {
    this.form = { ...this.form, ...change }
    this.reload()
  }

  setSort(sort: ListSort | null): void {
    this.sort = sort
    this.selection = NOTHING_SELECTED
    this.newer = 0
    this.is_sorting = true
    this.#restart()
  }

  /** Asks for everything anew. */
  reload(): void {
    this.filter = toJobFilter(this.form, this.#app.yard.ownerTime())
    this.selection = NOTHING_SELECTED
    this.newer = 0
    this.is_loaded = false
    this.#restart()
    this.#count()
    if (this.search !== null) this.searchOutput(this.search.text)
  }

  #restart(): void {
    this.#rows.close()
    this.#rows = this.#makeRows()
    this.#first = 0
    this.#last = FIRST_ROWS
    this.#rows.want(this.#first, this.#last)
  }

  /** Shows jobs that printed this text; an empty one: all jobs again. */
  searchOutput(text: string): void {
    this.search?.stop()
    this.selection = NOTHING_SELECTED
    this.search = text === '' ? null : new OutputSearch(this.#app.api, this.filter, text)
    this.search?.goOn()
  }

  /** These rows are on screen. */
  look(first: number, last: number): void {
    this.#first = first
    this.#last = last
    if (this.search === null) this.#rows.want(first, last)
    else this.search.want(last)
  }

  async idsBetween(first: number, last: number): Promise<number[]> {
    if (this.search === null) return this.#rows.idsBetween(first, last)
    return this.search.matches.slice(first, last + 1).map(({ job }) => job.job.id)
  }

  /** What an action on all that is selected works on; null: nothing is. */
  selected(): Selection | null {
    if (this.selection.is_all) return this.all()
    return this.selection.ids.size === 0 ? null : { ids: [...this.selection.ids] }
  }

  /** All that is shown, loaded or not. */
  all(): Selection {
    if (this.search === null) return { filter: this.filter }
    // A job may have printed it in several attempts.
    const ids = this.search.matches.map(({ job }) => job.job.id)
    return { ids: ids.filter((id, at) => ids.indexOf(id) === at) }
  }

  #makeRows(): PagedRows {
    const query = { filter: this.filter, order: orderOf(this.sort ?? LAST_FIRST, true) }
    const rows: PagedRows = new PagedRows(
      (start, limit, signal) => this.#app.api('jobs:list', { ...query, ...start, limit }, signal),
      () => {
        if (rows !== this.#rows) return
        this.error = rows.error
        this.is_loaded = true
        this.is_sorting = false
        this.#version += 1
      },
    )
    return rows
  }

  #count(): void {
    const { filter } = this
    this.#app.api('jobs:count', { filter }).then(
      (counted) => {
        if (filter === this.filter) this.counted = counted
      },
      // The list itself says what is wrong.
      () => undefined,
    )
  }

  #onDelta({ changed, ended }: YardDelta): void {
    const is_at_top = this.#first === 0 && this.selection.anchor === -1
    if (ended !== undefined && this.search === null) {
      if (is_at_top) this.#pace.ask()
      else this.newer += ended.count
    }
    if (changed === undefined) return
    if (changed.more && is_at_top) this.#pace.ask()
    const ids = changed.ids.filter((id) => this.#rows.indexOf(id) !== -1).slice(0, MOST_ROWS_READ)
    if (ids.length > 0) void this.#readRows(ids)
  }

  /** A job of the list runs again, or was cleared: its row says so at once. */
  async #readRows(ids: number[]): Promise<void> {
    const rows = this.#rows
    try {
      const read = await this.#app.api('jobs:rows', { ids })
      if (rows !== this.#rows) return
      rows.patch(read)
      if (read.length < ids.length) this.#pace.ask()
    } catch {
      // The connection is gone; all is asked for anew when it is back.
    }
  }
}

export type { HistoryList }

const lists = new WeakMap<AppState, HistoryList>()

/** The history of this window: who comes back to it finds it filtered as it was. */
export function historyOf(app: AppState): HistoryList {
  const list = lists.get(app) ?? new HistoryList(app)
  lists.set(app, list)
  return list
}
