import { hasCode } from '../../../shared/errors.ts'
import type { ApiClient, OutputMatches } from '../../../shared/ipc.ts'
import type { JobFilter } from '../../../shared/selection.ts'

export type OutputMatch = OutputMatches['matches'][number]

const AT_ONCE = 50
/** So many are found without scrolling; further down, more are searched for. */
const AHEAD = 100

/** A search for a text in what jobs printed, the newest first, piece by piece. */
export class OutputSearch {
  readonly text: string
  matches = $state.raw<readonly OutputMatch[]>([])
  state = $state<'searching' | 'resting' | 'done' | 'cancelled' | 'failed'>('searching')
  error = $state.raw<unknown>(null)
  /** Jobs from this one down are still to be looked through; null: not known yet. */
  next = $state<number | null>(null)
  /** Where it began: the highest id that was looked at. */
  #from: number | null = null
  readonly #api: ApiClient
  readonly #filter: JobFilter
  #abort = new AbortController()
  #wanted = AHEAD
  #is_running = false

  constructor(api: ApiClient, filter: JobFilter, text: string) {
    this.#api = api
    this.#filter = filter
    this.text = text
  }

  /** 0..1 of all jobs, roughly: by their numbers; null: not known. */
  get progress(): number | null {
    if (this.state === 'done') return 1
    if (this.next === null || this.#from === null || this.#from === 0) return null
    return 1 - this.next / this.#from
  }

  /** One looks at this row: there should be some more behind it. */
  want(row: number): void {
    if (row + AHEAD / 2 < this.#wanted) return
    this.#wanted = row + AHEAD
    if (this.state === 'resting') this.goOn()
  }

  goOn(): void {
    if (this.#is_running) return
    this.#abort = new AbortController()
    this.state = 'searching'
    void this.#run()
  }

  /** A person has seen enough. */
  cancel(): void {
    this.stop()
    this.state = 'cancelled'
  }

  stop(): void {
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    this.#is_running = true
    try {
      while (this.state === 'searching' && !signal.aborted) {
        const piece = await this.#api(
          'jobs:search-output',
          { filter: this.#filter, text: this.text, limit: AT_ONCE, before_id: this.next },
          signal,
        )
        this.#from ??= piece.matches[0]?.job.job.id ?? piece.next
        this.matches = [...this.matches, ...piece.matches]
        this.next = piece.next
        if (piece.next === null) this.state = 'done'
        else if (this.matches.length >= this.#wanted) this.state = 'resting'
      }
    } catch (thrown) {
      if (signal.aborted || hasCode(thrown, 'ABANDONED')) return
      this.error = thrown
      this.state = 'failed'
    } finally {
      this.#is_running = false
    }
  }
}
