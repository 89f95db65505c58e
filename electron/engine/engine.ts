import { JobyardError } from '../../shared/errors.ts'
import { MAX_CONCURRENCY } from '../../shared/job.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import type { EndedJob, Group, PoolStatus, ScheduleStatus, WorkerStatus } from '../../shared/status.ts'
import type { ActiveJob } from '../../shared/yard.ts'
import type { Actions } from './actions/actions.ts'
import { noMore } from './dispatcher/dispatcher.ts'
import type { EngineOptions } from './engine-options.ts'
import type { EngineParts, GroupChange } from './engine-parts.ts'
import type { EventBus } from './events/event-bus.ts'
import type { HookCommands } from './finish-hooks/finish-hooks.ts'
import { isIdle } from './idle.ts'
import { loadEngine } from './load-engine.ts'
import type { RecoveryReport } from './recovery/recover.ts'
import type { MetaKey } from './store/store-operations.ts'
import type { Store } from './store/store.ts'
import { resultsOf } from './submissions/results.ts'
import type { Submission, SubmissionWriter } from './submissions/submitter.ts'
import { WatchFolders } from './watch-folders/watch-folders.ts'
import type { WatchFoldersOptions } from './watch-folders/watch-folders.ts'
import { poolStatusOf, wireEngine } from './wire-engine.ts'

/** A disk that refuses does not keep us from closing longer than this; the next start sets right what is missing. */
const CLOSE_DEADLINE_MS = 5_000
const DISK_LOOK_MS = 100

function closedTooEarly(): JobyardError {
  return new JobyardError('ENGINE_CLOSED', 'The engine was closed before the disk took this.')
}

/**
 * The engine of one data directory: queue, dispatcher, worker pool and journal wired together. Made by `createEngine`,
 * which also takes the data directory's lock; tests build it with parts of their own.
 */
export class Engine {
  readonly bus: EventBus
  readonly actions: Actions
  readonly recovery: RecoveryReport
  readonly #parts: EngineParts
  #watch_folders: WatchFolders | null = null
  #is_started = false
  #closed: Promise<void> | null = null

  private constructor(parts: EngineParts, recovery: RecoveryReport) {
    this.bus = parts.bus
    this.actions = parts.actions
    this.recovery = recovery
    this.#parts = parts
  }

  /** Reads the data directory's marks and sets right what a dead owner left. Nothing runs before `start`. */
  static async open(options: EngineOptions): Promise<Engine> {
    const loaded = await loadEngine(options)
    const parts = wireEngine(options, loaded)
    parts.halts.load(loaded.halt_rules)
    parts.announce(loaded.recovery.changes)
    await parts.dueTimer.refresh()
    return new Engine(parts, loaded.recovery)
  }

  /** Claims begin, unless the pool was paused by a person. */
  async start(): Promise<void> {
    this.#checkOpen()
    this.#is_started = true
    this.#parts.watch.start()
    this.#parts.sweeper.start()
    await this.#parts.control.start()
    await this.#parts.schedules.start()
    await this.#watch_folders?.start()
    this.#parts.hooks.look()
  }

  /** The machine has slept, or its clock was set: does at once what is due by now. It would be seen within half a minute. */
  async wake(): Promise<void> {
    this.#checkOpen()
    await Promise.all([this.#parts.dueTimer.look(), this.#parts.schedules.look()])
  }

  /**
   * The folders whose files become jobs: looked at while the engine is started. To be called once, by whoever can read
   * recipes.
   */
  openWatchFolders(options: Pick<WatchFoldersOptions, 'recipes' | 'submit'>): WatchFolders {
    const { store, journal, now } = this.#parts
    const watch_folders = new WatchFolders({ ...options, store, journal, now })
    this.#watch_folders = watch_folders
    if (this.#is_started) watch_folders.start().catch(this.#parts.onError)
    return watch_folders
  }

  /** What submits jobs again and again, the next first. */
  schedules(): Promise<readonly ScheduleStatus[]> {
    return this.#parts.store.query({ type: 'schedules' })
  }

  /** The jobs that they have submitted stay. @returns how many there were */
  async removeSchedules(ids: readonly number[]): Promise<number> {
    this.#checkOpen()
    const { count } = await this.#parts.journal.write({ type: 'remove-schedules', ids })
    return count
  }

  /** No new claims; active jobs go on. Survives a restart. When it resolves no further job starts. */
  async pause(): Promise<void> {
    this.#checkOpen()
    await this.#parts.control.pause()
  }

  async resume(): Promise<void> {
    this.#checkOpen()
    await this.#parts.control.resume()
  }

  /**
   * Drains: no claims, active jobs finish, workers exit. A second call, or `now`, stops active jobs (`interrupted`);
   * `kill` does so without their grace.
   */
  stop(options: { readonly now?: boolean; readonly kill?: boolean } = {}): Promise<void> {
    return this.#parts.control.stop(options.now ?? false, options.kill ?? false)
  }

  /** Stops, writes what is left and closes the store. Later calls are refused with ENGINE_CLOSED. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Live: running jobs are not touched. It is remembered for the data directory. */
  async setConcurrency(concurrency: number): Promise<void> {
    this.#checkOpen()
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
      throw new JobyardError(
        'INVALID_ARGUMENT',
        `The number of workers must be a whole number from 1 to ${MAX_CONCURRENCY}.`,
      )
    }
    await this.#parts.journal.write({ type: 'set-meta', key: 'concurrency', value: String(concurrency) })
    const fewer = concurrency < this.#parts.pool.concurrency
    this.#parts.pool.setConcurrency(concurrency)
    // Workers over the number end after what they run now, not after what they hold behind it.
    if (fewer) await this.#parts.dispatcher.recallAll(null)
    this.bus.emit('pool:changed', this.poolStatus())
    this.#parts.dispatcher.request()
  }

  /** Creates the group where it is not there; sets its limit (null: none) or pause flag. */
  async setGroup(name: string, change: GroupChange): Promise<Group> {
    this.#checkOpen()
    return this.#parts.setGroup(name, change)
  }

  /** Resolves when all jobs are on disk: they survive a power cut then. */
  async submit(jobs: readonly NewJob[], label = 'submit'): Promise<Submission> {
    this.#checkOpen()
    return this.#parts.submitter.submit(jobs, label)
  }

  /** For jobs that come in a stream; all of them or none become visible. */
  openSubmission(label: string): SubmissionWriter {
    this.#checkOpen()
    return this.#parts.submitter.open(label)
  }

  /** The jobs of a submission as they end; ends when all are ended or interrupted, or when `signal` aborts. */
  results(
    submission: { readonly submission_id: number; readonly count: number },
    signal?: AbortSignal,
  ): AsyncGenerator<EndedJob, void, undefined> {
    return resultsOf(submission, this.bus, this.#parts.store, signal)
  }

  /**
   * Resolves when nothing is left that can run: nothing active, and nothing ready or due later, but for what a paused
   * pool or group keeps back.
   */
  async whenIdle(): Promise<void> {
    for (;;) {
      // Heard from before the counters are read, so that nothing is missed in between.
      const news = this.#nextChange()
      try {
        await this.settled()
        if (!(await isIdle(this.#parts))) await news.heard
        // Otherwise a job has ended meanwhile, and its command is on its way.
        else if (!this.#parts.hooks.isHolding) return
      } finally {
        news.end()
      }
    }
  }

  /** Whether something is left that can run; `held`: no, but the pool is paused or not started. */
  async look(): Promise<'working' | 'done' | 'held'> {
    await this.settled()
    if (!(await isIdle(this.#parts)) || this.#parts.hooks.isHolding) return 'working'
    return this.#parts.control.state === 'running' ? 'done' : 'held'
  }

  /** Resolves when the commands that follow what has ended are queued. */
  settled(): Promise<void> {
    return this.#parts.hooks.settled()
  }

  /** The commands of the settings that follow each job, and the end of the queue. */
  async useHooks(commands: HookCommands): Promise<void> {
    const { command, if: condition } = commands.after_job
    this.#parts.hooks.use(commands)
    const after_job = command === '' ? '' : condition
    const stored = await this.store.query({ type: 'meta', key: 'after_job' })
    if ((stored ?? '') !== after_job) await this.setMeta('after_job', after_job)
  }

  poolStatus(): PoolStatus {
    return poolStatusOf(this.#parts)
  }

  workers(): WorkerStatus[] {
    return this.#parts.pool
      .runners()
      .map((runner) => runner.status((attempt_id) => this.#parts.active.get(attempt_id)?.job.id))
  }

  /** What runs now, is suspended or is being stopped. */
  running(): ActiveJob[] {
    const running: ActiveJob[] = []
    for (const { job, runner, phase, start } of this.#parts.active.all()) {
      if (phase !== 'running' && phase !== 'suspended' && phase !== 'stopping') continue
      const { id: job_id, name } = job
      const { worker_id } = runner
      running.push({ job_id, worker_id, name, state: phase, started_ms: start?.started_ms ?? 0 })
    }
    return running
  }

  /** The worker ends when it is through with what it runs; a new one takes its place. @returns false: no such worker */
  async recycleWorker(worker_id: number): Promise<boolean> {
    const runner = this.#parts.pool.retire(worker_id)
    if (runner === null) return false
    await this.#parts.dispatcher.recall(runner, noMore)
    this.#parts.dispatcher.request()
    return true
  }

  /** A setting or a mark of the data directory. */
  async setMeta(key: MetaKey, value: string): Promise<void> {
    this.#checkOpen()
    await this.#parts.journal.write({ type: 'set-meta', key, value })
  }

  groups(): { readonly group: Group; readonly active: number }[] {
    return this.#parts.queue.groups()
  }

  /** Reads of the store, in order with all writes before. */
  get store(): Pick<Store, 'query'> {
    return this.#parts.store
  }

  #nextChange(): { readonly heard: Promise<void>; readonly end: () => void } {
    const { promise: heard, resolve } = Promise.withResolvers<undefined>()
    const names = ['job:changed', 'pool:changed', 'group:changed'] as const
    const ends = names.map((name) =>
      this.bus.on(name, () => {
        resolve(undefined)
      }),
    )
    return {
      heard,
      end: () => {
        for (const end of ends) end()
      },
    }
  }

  async #close(): Promise<void> {
    const watch = this.#watchDisk()
    await this.#watch_folders?.close()
    await this.#parts.schedules.close()
    await this.#parts.control.stop(true)
    await this.#parts.hooks.close()
    this.#parts.watch.close()
    await this.#parts.sweeper.close()
    this.#parts.dueTimer.close()
    this.#parts.setMeta('next_attempt_id', String(this.#parts.attemptIds.next))
    await this.#parts.journal.flush()
    clearInterval(watch)
    this.#parts.journal.abandon(closedTooEarly())
    await this.#parts.store.close()
  }

  /** A disk that refuses for too long is given up on: then nothing waits for it any more. */
  #watchDisk(): NodeJS.Timeout {
    const { journal } = this.#parts
    let well_ms = performance.now()
    return setInterval(() => {
      if (!journal.refused) well_ms = performance.now()
      else if (performance.now() - well_ms > CLOSE_DEADLINE_MS) journal.abandon(closedTooEarly())
    }, DISK_LOOK_MS)
  }

  #checkOpen(): void {
    if (this.#closed === null) return
    throw new JobyardError(
      'ENGINE_CLOSED',
      'This engine is closed. Start Jobyard again to add or change jobs.',
    )
  }
}
