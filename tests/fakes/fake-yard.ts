/**
 * An owner that only pretends: jobs in memory that "run" by a clock, for looking at the window without an engine. It knows
 * no Node, so it runs inside of a page too (`fake-owner-page.ts`).
 */
import type { Cause, Job, JobKind, JobState } from '../../shared/job.ts'
import { ACTIVE_STATES, isActive, isEnded, isWaiting, JOB_STATES, WAITING_STATES } from '../../shared/job.ts'
import type { JobFilter, Selection } from '../../shared/selection.ts'
import type { HistoryJob, PoolStatus, StateCounts, WorkerStatus } from '../../shared/status.ts'
import { waitReason } from '../../shared/wait-reason.ts'
import type { GroupStatus, RunningJob, YardDelta, YardSnapshot } from '../../shared/yard.ts'

/** A job as the fake keeps it: every field, whatever the state. */
export interface FakeJob {
  id: number
  submission_id: number
  name: string
  kind: JobKind
  group: string
  priority: number
  position: number
  state: JobState
  attempts: number
  queued_ms: number
  due_ms: number
  started_ms: number
  ended_ms: number
  takes_ms: number
  worker_id: number
  cause: Cause
  exit_code: number | null
  fails: boolean
}

const NAMES = [
  ...['resize hero.png', 'transcode interview-04.mov', 'index shard', 'nightly backup', 'train fold'],
  ...['render frame', 'import orders.csv', 'lint packages/api', 'thumbnail', 'sync bucket eu-west'],
]
const GROUPS = ['default', 'media', 'reports'] as const
const ENDED_KEPT = 2_000

export class FakeYard {
  readonly jobs = new Map<number, FakeJob>()
  pool: PoolStatus = { state: 'running', concurrency: 8, active: 0 }
  groups: GroupStatus[] = []
  workers: WorkerStatus[] = []
  /** Told of each delta. */
  onDelta: (delta: YardDelta) => void = () => undefined
  #next_id = 1
  #next_position = 1
  #now: () => number
  #changed = new Set<number>()
  #ended: FakeJob[] = []
  #shown = ''
  /** Every job, in the order of claims. */
  #order: FakeJob[] | null = null
  readonly #active = new Set<number>()
  readonly #due = new Set<number>()

  constructor(now: () => number, concurrency = 8) {
    this.#now = now
    this.pool = { ...this.pool, concurrency }
    this.groups = GROUPS.map((name, at) => ({
      ...{ id: at + 1, name, parallel_limit: name === 'reports' ? 2 : null, paused: false, active: 0 },
    }))
    this.setConcurrency(concurrency)
  }

  /** Fills the yard with `count` jobs of all kinds, the same ones each time. */
  fill(count: number): void {
    for (let at = 0; at < count; at += 1) {
      const job = this.add(`${NAMES[at % NAMES.length] ?? 'job'} ${at + 1}`, {
        group: GROUPS[(at * 7) % 11 < 6 ? 0 : (at % 2) + 1] ?? 'default',
        priority: at % 23 === 0 ? 5 : 0,
        takes_ms: 4_000 + ((at * 7_919) % 26_000),
        fails: at % 9 === 4,
      })
      if (at % 17 === 6) this.to(job, 'held')
      else if (at % 31 === 9) this.to(job, 'blocked')
      else if (at % 37 === 11) this.to(job, 'scheduled', { due_ms: this.#now() + 3_600_000 })
      else if (at % 41 === 8) this.to(job, 'retrying', { due_ms: this.#now() + 45_000, attempts: 2 })
      else if (at % 43 === 7)
        this.to(job, 'interrupted', { cause: 'app-crash', ended_ms: this.#now() - 60_000 })
    }
  }

  add(name: string, more: Partial<FakeJob> = {}): FakeJob {
    const job: FakeJob = {
      ...{ id: this.#next_id, submission_id: 1, name, kind: 'command', group: 'default', priority: 0 },
      ...{ position: this.#next_position, state: 'queued', attempts: 0, queued_ms: this.#now(), due_ms: 0 },
      ...{ started_ms: 0, ended_ms: 0, takes_ms: 6_000, worker_id: 0, cause: 'exit', exit_code: null },
      ...{ fails: false },
      ...more,
    }
    this.#next_id += 1
    this.#next_position += 1
    this.jobs.set(job.id, job)
    this.reorder(job)
    return job
  }

  to(job: FakeJob, state: JobState, more: Partial<FakeJob> = {}): void {
    Object.assign(job, { state, ...more })
    this.touch(job)
    if (isEnded(state) || state === 'interrupted') this.#ended.push(job)
  }

  touch(job: FakeJob): void {
    this.#changed.add(job.id)
    const { state } = this.jobs.get(job.id) ?? { state: null }
    if (state !== null && isActive(state)) this.#active.add(job.id)
    else this.#active.delete(job.id)
    if (state === 'scheduled' || state === 'retrying') this.#due.add(job.id)
    else this.#due.delete(job.id)
  }

  /** Its place among the waiting has changed, or it is new or gone. */
  reorder(job: FakeJob): void {
    this.#order = null
    this.touch(job)
  }

  setConcurrency(concurrency: number): void {
    this.pool = { ...this.pool, concurrency }
    const old = this.workers
    this.workers = Array.from({ length: concurrency }, (_, at) => {
      const known = old[at]
      return (
        known ?? {
          ...{ worker_id: at + 1, pid: 41_200 + at * 3, state: 'idle' as const, job_ids: [] },
          ...{ place: at + 1, restarts: 0, jobs_done: 0, started_ms: this.#now() },
        }
      )
    })
  }

  /** One step of the clock: ends what is over, starts what may start, tells what changed. */
  step(): void {
    const now = this.#now()
    for (const job of this.active()) {
      if (job.state === 'stopping' && now - job.ended_ms > 900) this.#end(job, 'cancelled', 'user', null)
      else if (job.state === 'running' && now - job.started_ms >= job.takes_ms) {
        if (job.fails) this.#end(job, 'failed', 'exit', 1)
        else this.#end(job, 'succeeded', 'exit', 0)
      }
    }
    for (const id of this.#due) {
      const job = this.jobs.get(id)
      if (job !== undefined && job.due_ms <= now) this.to(job, 'queued')
    }
    if (this.pool.state === 'running') this.#startSome(now)
    if (this.pool.state === 'draining' && this.active().length === 0) this.setPool('stopped')
    this.#tell(now)
  }

  setPool(state: PoolStatus['state']): void {
    this.pool = { ...this.pool, state }
  }

  active(): FakeJob[] {
    return [...this.#active].flatMap((id) => this.jobs.get(id) ?? [])
  }

  /** All that wait, in the order they are claimed. */
  waiting(): readonly FakeJob[] {
    this.#order ??= [...this.jobs.values()].sort(
      (a, b) => b.priority - a.priority || a.position - b.position || a.id - b.id,
    )
    return this.#order.filter((job) => isWaiting(job.state))
  }

  matching(filter: JobFilter): FakeJob[] {
    const name = filter.name?.toLowerCase()
    return [...this.jobs.values()].filter(
      (job) =>
        (filter.states === undefined || filter.states.includes(job.state)) &&
        (filter.group === undefined || filter.group === job.group) &&
        (filter.cause === undefined || (isEnded(job.state) && filter.cause === job.cause)) &&
        (filter.exit_code === undefined || filter.exit_code === job.exit_code) &&
        (filter.ended_after_ms === undefined || job.ended_ms >= filter.ended_after_ms) &&
        (filter.ended_before_ms === undefined || job.ended_ms < filter.ended_before_ms) &&
        (name === undefined || job.name.toLowerCase().includes(name)),
    )
  }

  selected(selection: Selection): FakeJob[] {
    if ('filter' in selection) return this.matching(selection.filter)
    return selection.ids.flatMap((id) => this.jobs.get(id) ?? [])
  }

  counts(): StateCounts {
    const counts: Record<string, number> = Object.fromEntries(JOB_STATES.map((state) => [state, 0]))
    for (const job of this.jobs.values()) counts[job.state] = (counts[job.state] ?? 0) + 1
    return counts as StateCounts
  }

  row(job: FakeJob): HistoryJob {
    const group = this.groups.find(({ name }) => name === job.group)
    return {
      job: { ...job, slots: 1, needs_open: 1, stop_reason: 'cancel' } as unknown as Job,
      wait_reason: isWaiting(job.state)
        ? waitReason(job.state, {
            slots: 1,
            pool: this.pool.state,
            group_paused: group?.paused ?? false,
            group_active: group?.active ?? 0,
            group_limit: group?.parallel_limit ?? null,
          })
        : null,
    }
  }

  running(): RunningJob[] {
    const now = this.#now()
    return this.active().map((job) => ({
      ...{ job_id: job.id, worker_id: job.worker_id, name: job.name },
      state: isActive(job.state) ? job.state : 'running',
      started_ms: job.started_ms,
      progress: job.id % 3 === 0 ? null : Math.min(1, (now - job.started_ms) / job.takes_ms),
      message: null,
    }))
  }

  snapshot(): YardSnapshot {
    return {
      ...{ data_dir: '/home/ada/.local/share/jobyard', version: '0.1.0', now_ms: this.#now() },
      ...{ pool: this.pool, counts: this.counts(), groups: this.groups, workers: this.workers },
      running: this.running(),
      when_done: { choice: 'nothing', acts_ms: null, error: null },
    }
  }

  #startSome(now: number): void {
    if (this.#active.size >= this.workers.length) return
    const waiting = this.waiting()
    const busy = new Set(this.active().map((job) => job.worker_id))
    for (const worker of this.workers) {
      if (busy.has(worker.worker_id)) continue
      const next = waiting.find((job) => job.state === 'queued' && this.#mayStart(job))
      if (next === undefined) return
      this.to(next, 'running', {
        ...{ started_ms: now, attempts: next.attempts + 1, worker_id: worker.worker_id },
      })
    }
  }

  #mayStart(job: FakeJob): boolean {
    const group = this.groups.find(({ name }) => name === job.group)
    if (group === undefined) return true
    const active = this.active().filter((other) => other.group === job.group).length
    return !group.paused && (group.parallel_limit === null || active < group.parallel_limit)
  }

  #end(job: FakeJob, state: JobState, cause: Cause, exit_code: number | null): void {
    this.workers = this.workers.map((worker) =>
      worker.worker_id === job.worker_id ? { ...worker, jobs_done: worker.jobs_done + 1 } : worker,
    )
    this.to(job, state, { cause, exit_code, ended_ms: this.#now() })
  }

  #tell(now: number): void {
    const active = this.active()
    this.pool = { ...this.pool, active: active.length }
    this.groups = this.groups.map((group) => ({
      ...group,
      active: active.filter((job) => job.group === group.name).length,
    }))
    this.workers = this.workers.map((worker) => {
      const job_ids = active.filter((job) => job.worker_id === worker.worker_id).map((job) => job.id)
      return { ...worker, job_ids, state: job_ids.length > 0 ? 'busy' : 'idle' }
    })
    const ids = [...this.#changed]
    const ended = this.#ended.splice(0, ENDED_KEPT)
    this.#changed.clear()
    const running = this.running()
    const parts = { pool: this.pool, groups: this.groups, workers: this.workers, running }
    const shown = JSON.stringify(parts)
    if (shown === this.#shown && ids.length === 0) return
    this.#shown = shown
    this.onDelta({
      ...{ now_ms: now, ...parts },
      ...(ids.length === 0 ? {} : { counts: this.counts() }),
      ...(ids.length === 0 ? {} : { changed: { ids: ids.slice(0, 200), more: ids.length > 200 } }),
      ...(ended.length === 0 ? {} : { ended: { count: ended.length, jobs: [] } }),
    })
  }
}

/** States of the order `run`. */
export const OPEN_STATES: readonly JobState[] = [...ACTIVE_STATES, ...WAITING_STATES]
