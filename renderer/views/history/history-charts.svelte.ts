import type { HistoryStats } from '../../../shared/history-stats.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import type { AppState } from '../../state/app-state.svelte.ts'
import type { TimeSpan } from './history-filter.ts'

const BUCKETS = 48
/** Charts follow what ends, at a calm pace: reading takes a twentieth of the time of the store at most. */
const REFRESH_MS = 1_000
const REST_FACTOR = 20
const MAX_REFRESH_MS = 10_000
const MIN_SPAN_MS = 60_000

/** The numbers behind the charts of the history. */
export class HistoryCharts {
  stats = $state.raw<HistoryStats | null>(null)
  error = $state.raw<unknown>(null)
  from_ms = $state(0)
  to_ms = $state(0)
  readonly #app: AppState
  #span: TimeSpan = { from_ms: null, to_ms: null }
  #filter: JobFilter = {}
  #turn = 0
  #rest_ms = REFRESH_MS
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(app: AppState) {
    this.#app = app
  }

  /** @returns ends it */
  start(): () => void {
    const stop = this.#app.yard.listen(({ ended }) => {
      if (ended === undefined || this.#timer !== undefined) return
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        void this.#read()
      }, this.#rest_ms)
    })
    return () => {
      stop()
      clearTimeout(this.#timer)
      this.#turn += 1
    }
  }

  /** @param filter of the jobs that are counted; its times are those of `span` */
  show(span: TimeSpan, filter: JobFilter): void {
    this.#span = span
    this.#filter = filter
    void this.#read()
  }

  async #read(): Promise<void> {
    this.#turn += 1
    const turn = this.#turn
    try {
      const to_ms = Math.ceil(this.#span.to_ms ?? this.#app.yard.ownerTime())
      const start_ms = this.#span.from_ms ?? (await this.#firstJob()) ?? to_ms
      const from_ms = Math.floor(Math.min(start_ms, to_ms - MIN_SPAN_MS))
      const filter = this.#filter
      const asked_ms = performance.now()
      const stats = await this.#app.api('history:stats', { filter, from_ms, to_ms, buckets: BUCKETS })
      if (turn !== this.#turn) return
      const taken_ms = performance.now() - asked_ms
      this.#rest_ms = Math.min(MAX_REFRESH_MS, Math.max(REFRESH_MS, taken_ms * REST_FACTOR))
      this.stats = stats
      this.from_ms = from_ms
      this.to_ms = to_ms
      this.error = null
    } catch (thrown) {
      if (turn === this.#turn) this.error = thrown
    }
  }

  /** "Any time" begins with the oldest job there is. */
  async #firstJob(): Promise<number | null> {
    const { jobs } = await this.#app.api('jobs:list', { filter: {}, order: 'oldest', limit: 1 })
    return jobs[0]?.job.queued_ms ?? null
  }
}
