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
export type YardPart = 'pool' | 'counts' | 'groups' | 'workers' | 'running' | 'when-done'

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
  /** Parts that may have changed. */
  readonly #parts = new Set<YardPart>()
  /** Parts that are long, as they were sent last: most jobs that start or end change nothing of the groups. */
  readonly #sent = new Map<YardPart, string>()
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
    this.#sent.clear()
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
    if (this.#isEmpty() || this.#seq - this.#acked >= PUSH_CREDIT) return
    const yard = this.#delta()
    this.#forget()
    if (yard !== null) this.#push({ type: 'delta', seq: this.#seq, yard })
  }

  #push(message: FromOwner): void {
    this.#seq += 1
    this.#send(message)
    this.#plan()
  }

  /** Null: nothing has changed that was not sent before. */
  #delta(): YardDelta | null {
    // The pool is always sent: a client that changed it shows the answer, and may have to be told that it is as before.
    const pool = this.#parts.has('pool') ? this.#engine.poolStatus() : null
    const counts = this.#parts.has('counts') ? this.#yard.counts : null
    const groups = this.#news('groups', () => this.#yard.groups)
    const workers = this.#news('workers', () => this.#yard.workers)
    const running = this.#news('running', () => this.#yard.running)
    const when_done = this.#news('when-done', () => this.#yard.whenDone())
    const isChanged = this.#more || this.#changed.size > 0
    const news = {
      ...(pool === null ? {} : { pool }),
      ...(counts === null ? {} : { counts }),
      ...(groups === null ? {} : { groups }),
      ...(workers === null ? {} : { workers }),
      ...(running === null ? {} : { running }),
      ...(when_done === null ? {} : { when_done }),
      ...(isChanged ? { changed: { ids: [...this.#changed], more: this.#more } } : {}),
      ...(this.#ended_count > 0 ? { ended: { count: this.#ended_count, jobs: this.#ended } } : {}),
      ...(this.#faults.length > 0 ? { faults: this.#faults } : {}),
    }
    return Object.keys(news).length === 0 ? null : { now_ms: Date.now(), ...news }
  }

  /** A part as it is now; null: it has not changed since it was sent. */
  #news<T>(part: YardPart, read: () => T): T | null {
    if (!this.#parts.has(part)) return null
    const value = read()
    const text = JSON.stringify(value)
    if (text === this.#sent.get(part)) return null
    this.#sent.set(part, text)
    return value
  }
}
