import type { NewJob } from '../../../shared/job-spec.ts'
import type { Settings } from '../../../shared/settings.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { Journal } from '../store/journal.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { DueHook } from '../store/store-records.ts'
import type { Store } from '../store/store.ts'
import { writeJob } from '../store/written-job.ts'
import type { SubmissionWriter } from '../submissions/submitter.ts'
import { queueFields } from './hook-fields.ts'
import type { QueueCounts } from './hook-fields.ts'
import { generalHook, ownHook, queueHook } from './hook-jobs.ts'

const STEP = 500
const NONE: QueueCounts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 }

/** The commands that a person wants after each job, and when nothing is left that can run; '': none. */
export type HookCommands = Pick<Settings, 'after_job' | 'after_queue'>

export interface FinishHooksOptions {
  readonly store: Pick<Store, 'query'>
  readonly journal: Pick<Journal, 'write'>
  readonly open: (label: string) => SubmissionWriter
  /** Nothing is left that can run, and no pause keeps anything back. */
  readonly isDone: () => Promise<boolean>
  /** What was held back may start. */
  readonly onSettled: () => void
  readonly onError: (error: unknown) => void
  /** Where commands of the settings run. */
  readonly home: string
}

/**
 * Queues the commands that follow ends: each job's own (`on_finish`), and those of the settings. They are ordinary jobs of
 * the group `hooks`, as the owner starts no processes itself. Which ends are to be followed is put down with the end, and
 * taken off in the commit that queues the command, so that each is followed once, whenever the owner dies. (The command
 * for the end of the queue is of the moment: it is not made up for.)
 */
export class FinishHooks {
  readonly #options: FinishHooksOptions
  #commands: HookCommands
  #counts: QueueCounts = NONE
  /** A job that is no hook has ended since the queue was done. */
  #had_work = false
  /** How many hooks have not ended, of each submission of ours. */
  readonly #own = new Map<number, number>()
  #looking: Promise<void> | null = null
  #again = false
  /** Ends on their way to disk that may be followed, and a look at those that are there. */
  readonly #held = new Set<Promise<unknown>>()
  #is_closed = false

  constructor(commands: HookCommands, options: FinishHooksOptions) {
    this.#commands = commands
    this.#options = options
  }

  /** From now on these. */
  use(commands: HookCommands): void {
    this.#commands = commands
  }

  /** Commands are about to be queued: nothing else is to start before them, which may take hours. */
  get isHolding(): boolean {
    return this.#held.size > 0
  }

  /** Ends of such jobs are on their way to disk. */
  expect(specs: readonly CommonSpec[], written: Promise<unknown>): void {
    const isFollowed = this.#commands.after_job.command !== ''
    if (!isFollowed && specs.every(({ on_finish }) => on_finish === undefined)) return
    void this.#holding(written.catch(() => undefined))
  }

  /** Jobs have ended, and that is on disk. @param are_due some of them are to be followed */
  onEnded(ended: readonly EndedJob[], are_due: boolean): void {
    if (this.#commands.after_queue !== '') for (const job of ended) this.#count(job)
    if (are_due || (ended.length > 0 && this.#had_work)) this.look(are_due)
  }

  /** Queues what is due: ends of an owner that died, too. */
  look(are_due = true): void {
    this.#again = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null
      if (this.#again && !this.#is_closed) this.look(are_due)
    })
    if (are_due) void this.#holding(this.#looking)
  }

  /** Resolves when what has ended is followed, also what ends right now. */
  async settled(): Promise<void> {
    while (this.#looking !== null || this.#held.size > 0) await Promise.all([this.#looking, ...this.#held])
  }

  /** Resolves when nothing more is queued. What is due then is queued by the next owner. */
  async close(): Promise<void> {
    this.#is_closed = true
    while (this.#looking !== null) await this.#looking
  }

  async #holding(work: Promise<unknown>): Promise<void> {
    this.#held.add(work)
    await work
    this.#held.delete(work)
    if (this.#held.size === 0) this.#options.onSettled()
  }

  async #lookOn(): Promise<void> {
    while (this.#again && !this.#is_closed) {
      this.#again = false
      try {
        await this.#queueDue()
        await this.#lookWhetherDone()
      } catch (error) {
        this.#options.onError(error)
      }
    }
  }

  async #queueDue(): Promise<void> {
    const { store, journal } = this.#options
    for (let after_id = 0; !this.#is_closed;) {
      const due = await store.query({ type: 'due-hooks', after_id, limit: STEP })
      const ids = due.map(({ id }) => id)
      after_id = ids.at(-1) ?? 0
      if (after_id === 0) return
      const hooks = due.flatMap((hook) => this.#jobsOf(hook))
      if (hooks.length > 0) await this.#submit(hooks, 'after jobs', ids)
      else await journal.write({ type: 'drop-due-hooks', ids })
    }
  }

  #jobsOf(due: DueHook): NewJob[] {
    const { command } = this.#commands.after_job
    const hooks: NewJob[] = []
    try {
      const own = due.own ? ownHook(due) : null
      if (own !== null) hooks.push(own)
    } catch (error) {
      // Its spec is damaged: nobody else is to wait for it.
      this.#options.onError(error)
    }
    if (due.general && command !== '') hooks.push(generalHook(due, command, this.#options.home))
    return hooks
  }

  async #submit(jobs: readonly NewJob[], label: string, due_hooks: readonly number[]): Promise<void> {
    const writer = this.#options.open(label)
    this.#own.set(writer.submission_id, jobs.length)
    try {
      await writer.add(jobs.map(writeJob))
      await writer.complete({ due_hooks })
    } catch (error) {
      this.#own.delete(writer.submission_id)
      await writer.abort()
      throw error
    }
  }

  #count({ submission_id, state }: EndedJob): void {
    if (state === 'interrupted') return
    const left = this.#own.get(submission_id)
    if (left !== undefined) {
      if (left > 1) this.#own.set(submission_id, left - 1)
      else this.#own.delete(submission_id)
      return
    }
    this.#had_work = true
    this.#counts = { ...this.#counts, [state]: this.#counts[state] + 1 }
  }

  async #lookWhetherDone(): Promise<void> {
    const { isDone, home } = this.#options
    if (!this.#had_work || !(await isDone())) return
    const fields = queueFields(this.#counts)
    this.#had_work = false
    this.#counts = NONE
    const { after_queue } = this.#commands
    if (after_queue === '' || this.#is_closed) return
    await this.#submit([queueHook(after_queue, fields, home)], 'when the queue is done', [])
  }
}
