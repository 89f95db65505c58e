import type { FromOwner } from '../../../shared/api-protocol.ts'
import { DELTA_INTERVAL_MS, PUSH_CREDIT } from '../../../shared/api-protocol.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { EndedNotice, JobNews, YardDelta } from '../../../shared/yard.ts'
import type { Engine } from '../engine.ts'
import type { Yard } from './yard.ts'

/** What is remembered for a client that is slow: never more than this, however long it does not listen. */
const MAX_CHANGED = 500
const MAX_ENDED = 20
const MAX_FAULTS = 20
const MAX_GROWN = 8

/** Parts of the yard that are sent whole when they changed. */
export type YardPart = 'pool' | 'counts' | 'groups' | 'workers' | 'running'

/**
 * The pushes of one client: a snapshot, then deltas with what has changed since, at most one a frame and at most two that
 * it has not acknowledged. What happens meanwhile is merged, so a client that is slow or gone costs no memory.
 */
export class Watcher {
  readonly #engine: Engine
  readonly #yard: Yard
  readonly #send: (message: FromOwner) => void
  #watching = false
  /** Snapshots asked for; only the last is sent. */
  #snapshots = 0
  #has_begun = false
  #seq = 0
  #acked = 0
  #timer: NodeJS.Timeout | null = null
  readonly #parts = new Set<YardPart>()
  readonly #changed = new Set<number>()
  #more = false
  #ended: EndedNotice[] = []
  #ended_count = 0
  #faults: SerialisedError[] = []
  #open_job: number | null = null
  readonly #grown = new Set<number>()
  #job_changed = false

  constructor(engine: Engine, yard: Yard, send: (message: FromOwner) => void) {
    this.#engine = engine
    this.#yard = yard
    this.#send = send
  }

  /** Begins, or begins anew: whatever was under way counts no more. */
  async watch(): Promise<void> {
    this.#has_begun = false
    this.#forget()
    // What changes while the snapshot is read is kept for the first delta.
    this.#watching = true
    this.#snapshots += 1
    const turn = this.#snapshots
    const yard = await this.#yard.snapshot()
    if (turn !== this.#snapshots) return
    this.#seq = 0
    this.#acked = 0
    this.#has_begun = true
    this.#push({ type: 'snapshot', seq: this.#seq, yard })
  }

  ack(seq: number): void {
    this.#acked = Math.max(this.#acked, Math.min(seq + 1, this.#seq))
    this.#plan()
  }

  openJob(job_id: number | null): void {
    this.#open_job = job_id
    this.#grown.clear()
    this.#job_changed = false
  }

  changedPart(part: YardPart): void {
    if (!this.#watching) return
    this.#parts.add(part)
    this.#plan()
  }

  /** `ids` null: any may have changed. */
  changedJobs(ids: Iterable<number> | null): void {
    if (!this.#watching) return
    if (ids === null) this.#more = true
    else for (const id of ids) this.#changedJob(id)
    this.#plan()
  }

  #changedJob(id: number): void {
    if (id === this.#open_job) this.#job_changed = true
    if (this.#changed.size < MAX_CHANGED) this.#changed.add(id)
    else if (!this.#changed.has(id)) this.#more = true
  }

  ended(jobs: readonly EndedJob[]): void {
    if (!this.#watching) return
    this.#ended_count += jobs.length
    for (const { id, name, state, cause, exit_code } of jobs.slice(0, MAX_ENDED - this.#ended.length)) {
      this.#ended.push({ id, name, state, cause, exit_code })
    }
    this.#plan()
  }

  output(job_id: number, attempt_id: number): void {
    if (!this.#watching || job_id !== this.#open_job) return
    if (this.#grown.size < MAX_GROWN) this.#grown.add(attempt_id)
    this.#plan()
  }

  fault(fault: SerialisedError): void {
    if (!this.#watching) return
    if (this.#faults.length < MAX_FAULTS) this.#faults.push(fault)
    this.#plan()
  }

  close(): void {
    this.#watching = false
    this.#has_begun = false
    this.#snapshots += 1
    this.#forget()
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#parts.clear()
    this.#changed.clear()
    this.#grown.clear()
    this.#more = false
    this.#ended = []
    this.#ended_count = 0
    this.#faults = []
    this.#job_changed = false
  }

  #plan(): void {
    if (this.#timer !== null || !this.#has_begun || this.#isEmpty()) return
    if (this.#seq - this.#acked >= PUSH_CREDIT) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#flush()
    }, DELTA_INTERVAL_MS)
  }

  #isEmpty(): boolean {
    const nothing = this.#parts.size + this.#changed.size + this.#ended_count + this.#faults.length === 0
    return nothing && !this.#more && !this.#hasNews()
  }

  #hasNews(): boolean {
    return this.#grown.size > 0 || this.#job_changed
  }

  #flush(): void {
    if (!this.#has_begun) return
    if (this.#hasNews() && this.#open_job !== null) {
      const news: JobNews = { job_id: this.#open_job, grown: [...this.#grown], changed: this.#job_changed }
      this.#grown.clear()
      this.#job_changed = false
      this.#push({ type: 'job-news', seq: this.#seq, news })
    }
    if (this.#isEmpty()) return
    if (this.#seq - this.#acked < PUSH_CREDIT) {
      const yard = this.#delta()
      this.#forget()
      this.#push({ type: 'delta', seq: this.#seq, yard })
    }
  }

  #push(message: FromOwner): void {
    this.#seq += 1
    this.#send(message)
    this.#plan()
  }

  #delta(): YardDelta {
    const has = (part: YardPart): boolean => this.#parts.has(part)
    const isChanged = this.#more || this.#changed.size > 0
    return {
      now_ms: Date.now(),
      ...(has('pool') ? { pool: this.#engine.poolStatus() } : {}),
      ...(has('counts') ? { counts: this.#yard.counts } : {}),
      ...(has('groups') ? { groups: this.#yard.groups } : {}),
      ...(has('workers') ? { workers: this.#yard.workers } : {}),
      ...(has('running') ? { running: this.#yard.running } : {}),
      ...(isChanged ? { changed: { ids: [...this.#changed], more: this.#more } } : {}),
      ...(this.#ended_count > 0 ? { ended: { count: this.#ended_count, jobs: this.#ended } } : {}),
      ...(this.#faults.length > 0 ? { faults: this.#faults } : {}),
    }
  }
}
