import { readFile, rm } from 'node:fs/promises'
import type { SerialisedError } from '../../../shared/errors.ts'
import { formatByteSize } from '../../../shared/byte-size.ts'
import { missingCase, serialiseError } from '../../../shared/errors.ts'
import type { StopReason } from '../../../shared/job.ts'
import { UNASKED_RECALL_ID } from '../../../shared/worker-protocol.ts'
import type { Outcome, WorkerEvent } from '../../../shared/worker-protocol.ts'
import type { HaltWatch, JobEnd } from '../actions/halt-watch.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { AttemptFacts, Verdict } from '../queue/retry.ts'
import { judgeInterrupted, judgeOutcome, judgeStopped } from '../queue/retry.ts'
import { endLeftovers } from '../recovery/leftovers.ts'
import type { LeftoverPlace } from '../recovery/leftovers.ts'
import type { FinishHooks } from '../finish-hooks/finish-hooks.ts'
import type { Journal } from '../store/journal.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { AttemptEnd, AttemptStart, Changes, NextState, ReadyJob } from '../store/store-records.ts'
import { readStartFile } from '../worker-pool/start-file.ts'
import type { WorkerExit } from '../worker-pool/worker-process.ts'
import type { WorkerRunner } from '../worker-pool/worker-runner.ts'
import type { ActiveAttempt, ActiveAttempts } from './active-attempts.ts'
import { hasStarted } from './active-attempts.ts'
import { newStart, unrunEnd } from './attempt-records.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { HandAhead } from './hand-ahead.ts'
import type { Stopper } from './stopper.ts'
import type { TransitionGuard } from './transition-guard.ts'

/** A result larger than this fails its job: what is that large belongs in a file of the job's own. */
const MAX_RESULT_BYTES = 8 * 1024 * 1024

export interface LifecycleOptions {
  readonly active: ActiveAttempts
  readonly dispatcher: Dispatcher
  readonly stopper: Stopper
  readonly journal: Journal
  readonly handAhead: HandAhead
  readonly bus: EventBus
  readonly place: LeftoverPlace
  readonly announce: (changes: Changes) => void
  /** A job will be due then. */
  readonly onDue: (at_ms: number) => void
  readonly onFault: (fault: SerialisedError) => void
  readonly onBadEnd: ((submission_id: number) => void) | undefined
  /** Is told of ends when they are on their way to disk. */
  readonly halts: HaltWatch
  /** Is told before an end is on disk, too: nothing is to start between it and the command that follows it. */
  readonly hooks: Pick<FinishHooks, 'expect'>
  readonly guard: TransitionGuard
  readonly nextAttemptId: () => number
  readonly now: () => number
  readonly random: () => number
}

type Started = Extract<WorkerEvent, { type: 'started' }>

/** Follows attempts from what their workers say to what is written of them. */
export class AttemptLifecycle {
  readonly #options: LifecycleOptions

  constructor(options: LifecycleOptions) {
    this.#options = options
  }

  /** What a worker reported, in order. A start and its end in one report are written as one. */
  onEvents(runner: WorkerRunner, events: readonly WorkerEvent[]): void {
    const started: ActiveAttempt[] = []
    const ends: AttemptEnd[] = []
    const over: ActiveAttempt[] = []
    for (const event of events) {
      if (event.type === 'recalled') {
        if (event.recall_id === UNASKED_RECALL_ID) this.#giveBack(event.attempt_ids)
        continue
      }
      const attempt = this.#options.active.get(event.attempt_id)
      if (attempt === undefined) continue
      switch (event.type) {
        case 'started':
          if (attempt.begun_unsaid) break
          if (!this.#options.guard(attempt.phase, 'start', 'running')) break
          this.#onStarted(attempt, event)
          started.push(attempt)
          break
        case 'ended':
          // Whatever it becomes: only what was started can end.
          if (!this.#options.guard(attempt.phase, 'end-badly', 'failed')) break
          runner.outstanding.delete(event.attempt_id)
          runner.jobs_done += 1
          this.#options.handAhead.saw(
            attempt.spec.task,
            event.at_ms - (attempt.start?.started_ms ?? event.at_ms),
          )
          if (event.outcome.result !== null && 'file' in event.outcome.result) {
            void this.#endWithFile(attempt, event.outcome, event.at_ms, event.outcome.result)
            break
          }
          ends.push(this.#endOf(attempt, event.outcome, event.at_ms, event.outcome.result?.json ?? null))
          over.push(attempt)
          break
        case 'progress':
          this.#emitProgress(attempt, event.progress, event.message)
          break
        case 'output':
          this.#options.bus.emit('job:output', {
            job_id: attempt.job.id,
            attempt_id: event.attempt_id,
            file_bytes: event.file_bytes,
          })
          break
        case 'over-memory':
          attempt.memory_bytes = event.memory_bytes
          // Without its grace, in which it might take all the memory there is.
          this.#options.stopper.stop(attempt, 'memory', true)
          break
        case 'suspended':
        case 'resumed':
          this.#options.stopper.onSuspended(attempt, event.type === 'suspended', event.at_ms)
          break
        case 'refused':
          this.#options.onFault(event.error)
          break
        default:
          missingCase(event)
      }
    }
    this.#writeStarts(started.filter((attempt) => !over.includes(attempt)))
    this.#writeEnds(ends)
    for (const attempt of over) this.#options.dispatcher.release(attempt)
  }

  /** The worker has begun a module job and does not get to say so: the job does not yield. */
  onBegun(attempt: ActiveAttempt, at_ms: number): void {
    if (!this.#options.guard(attempt.phase, 'start', 'running')) return
    attempt.begun_unsaid = true
    this.#onStarted(attempt, { pid: null, process_start: null, at_ms })
    this.#writeStarts([attempt])
    this.#options.active.tellBegunUnsaid(attempt)
  }

  /** A worker is gone: what it had started is interrupted, what it had not is queued again. */
  async onGone(runner: WorkerRunner, exit: WorkerExit): Promise<void> {
    const marks = readStartFile(runner.start_file)
    const unstarted: ActiveAttempt[] = []
    const lost: ActiveAttempt[] = []
    for (const attempt_id of runner.outstanding) {
      const attempt = this.#options.active.get(attempt_id)
      if (attempt === undefined) continue
      if (hasStarted(attempt.phase) || marks.has(attempt_id)) lost.push(attempt)
      else unstarted.push(attempt)
    }
    runner.outstanding.clear()
    await Promise.all([
      this.#options.dispatcher.giveBack(unstarted),
      ...lost.map(async (attempt) => {
        const process = marks.get(attempt.attempt_id)?.process ?? null
        attempt.clearTimer?.()
        await endLeftovers(this.#options.place, attempt.attempt_id, attempt.spec, process)
        this.#endLost(attempt, exit, process)
      }),
    ])
    // All that the worker ran must be on disk before its marks go: after a crash it would look as if it had not run.
    await this.#options.journal.write({ type: 'unclaim', job_ids: [], at_ms: this.#options.now() })
    await rm(runner.start_file, { force: true })
  }

  /** A job whose stored spec does not parse: it ends as failed, with the reason, and blocks nobody. */
  endBroken(job: ReadyJob, error: SerialisedError): void {
    const at_ms = this.#options.now()
    const attempt_id = this.#options.nextAttemptId()
    const { journal } = this.#options
    void journal
      .write({ type: 'claim', claims: [{ job_id: job.id, attempt_id, worker_id: 0, at_ms }] })
      .then(([taken]) => {
        if (taken === true) this.#writeEnds([unrunEnd(newStart(attempt_id, job, 0, at_ms, null), error)])
      }, this.#ignoreRefused)
  }

  /** A leased job for which a value is missing: trying again would not bring it. */
  endUnfit(attempt: ActiveAttempt, error: SerialisedError): void {
    const { attempt_id, job, runner } = attempt
    const start = newStart(attempt_id, job, runner.worker_id, this.#options.now(), null)
    this.#writeEnds([unrunEnd(start, error)])
    this.#options.dispatcher.release(attempt)
  }

  /** The worker was asked to stop what it had not started: that goes back to the queue. */
  #giveBack(attempt_ids: readonly number[]): void {
    const attempts = attempt_ids
      .map((id) => this.#options.active.get(id))
      .filter((attempt) => attempt !== undefined)
    this.#options.dispatcher.giveBack(attempts).catch(this.#ignoreRefused)
  }

  #onStarted(attempt: ActiveAttempt, event: Pick<Started, 'pid' | 'process_start' | 'at_ms'>): void {
    const process = event.pid === null ? null : { pid: event.pid, start: event.process_start }
    attempt.start = newStart(attempt.attempt_id, attempt.job, attempt.runner.worker_id, event.at_ms, process)
    attempt.phase = 'running'
    this.#options.stopper.armTimeout(attempt)
  }

  #writeStarts(attempts: readonly ActiveAttempt[]): void {
    const starts: AttemptStart[] = []
    for (const attempt of attempts) {
      if (attempt.start === null || attempt.start_written) continue
      attempt.start_written = true
      starts.push(attempt.start)
    }
    if (starts.length === 0) return
    this.#options.journal.write({ type: 'start', starts }).then(this.#options.announce, this.#ignoreRefused)
  }

  #writeEnds(ends: readonly AttemptEnd[]): void {
    if (ends.length === 0) return
    for (const end of ends) {
      if (end.next.state === 'retrying') this.#options.onDue(end.next.retry_at_ms)
      if (isBad(end.next)) this.#tellBadEnd(end.start.attempt_id)
    }
    const written = this.#options.journal.write({ type: 'end', ends })
    written.then(this.#options.announce, this.#ignoreRefused)
    this.#options.hooks.expect(this.#specsOf(ends), written)
    if (this.#options.halts.isWatching) this.#options.halts.onEnds(this.#endedJobs(ends))
  }

  #specsOf(ends: readonly AttemptEnd[]): CommonSpec[] {
    return ends.flatMap(({ start }) => this.#options.active.get(start.attempt_id)?.spec ?? [])
  }

  #endedJobs(ends: readonly AttemptEnd[]): JobEnd[] {
    const ended: JobEnd[] = []
    for (const { start, next } of ends) {
      const attempt = this.#options.active.get(start.attempt_id)
      if (attempt === undefined || (next.state !== 'succeeded' && next.state !== 'failed')) continue
      const { id, submission_id } = attempt.job
      ended.push({ id, submission_id, state: next.state })
    }
    return ended
  }

  /** While the worker is still taken: nothing can start in its place before the listener has heard of it. */
  #tellBadEnd(attempt_id: number): void {
    const attempt = this.#options.active.get(attempt_id)
    if (attempt !== undefined) this.#options.onBadEnd?.(attempt.job.submission_id)
  }

  async #endWithFile(
    attempt: ActiveAttempt,
    outcome: Outcome,
    at_ms: number,
    file: { readonly file: string; readonly bytes: number },
  ): Promise<void> {
    let end: AttemptEnd
    try {
      if (file.bytes > MAX_RESULT_BYTES)
        throw new Error(`the result is ${file.bytes} bytes, the most is ${MAX_RESULT_BYTES}`)
      end = this.#endOf(attempt, outcome, at_ms, await readFile(file.file, 'utf8'))
    } catch (error) {
      const message = `The result could not be kept: ${serialiseError(error).message}. Write large results to a file and return its path.`
      const failed: Outcome = {
        ...outcome,
        cause: 'exception',
        exit_code: null,
        error: { code: 'RESULT_NOT_SERIALISABLE', message },
      }
      end = this.#endOf(attempt, failed, at_ms, null)
    }
    await rm(file.file, { force: true })
    this.#writeEnds([end])
    this.#options.dispatcher.release(attempt)
  }

  #endOf(attempt: ActiveAttempt, outcome: Outcome, at_ms: number, result: string | null): AttemptEnd {
    const verdict = judgeOutcome(this.#facts(attempt), outcome, attempt.stop_reason)
    return {
      start:
        attempt.start ?? newStart(attempt.attempt_id, attempt.job, attempt.runner.worker_id, at_ms, null),
      started_stored: attempt.start_written,
      ended_ms: at_ms,
      ...verdict,
      exit_code: outcome.exit_code,
      signal: outcome.signal,
      error: verdict.cause === 'memory' ? overMemory(attempt) : (outcome.error?.message ?? null),
      result,
      log: outcome.log,
    }
  }

  #endLost(attempt: ActiveAttempt, exit: WorkerExit, process: { pid: number; start: string } | null): void {
    const at_ms = this.#options.now()
    const verdict = this.#judgeLost(attempt, exit)
    this.#writeEnds([
      {
        start:
          attempt.start ??
          newStart(attempt.attempt_id, attempt.job, attempt.runner.worker_id, at_ms, process),
        started_stored: attempt.start_written,
        ended_ms: at_ms,
        ...verdict,
        exit_code: null,
        signal: exit.signal,
        error:
          verdict.cause === 'worker-lost' ? `The worker process died under the job: ${exit.reason}.` : null,
        result: null,
        log: null,
      },
    ])
    this.#options.dispatcher.release(attempt)
  }

  /** A worker that we killed, or that ended itself, to stop this very attempt, and whatever a person cancelled: gone as asked. */
  #judgeLost(attempt: ActiveAttempt, exit: WorkerExit): Verdict {
    const asked =
      attempt.stop_reason !== null && (attempt.runner.killed || exit.stopped || isCancel(attempt.stop_reason))
    if (asked && attempt.stop_reason !== null) return judgeStopped(this.#facts(attempt), attempt.stop_reason)
    return judgeInterrupted(this.#facts(attempt), 'worker-lost')
  }

  #facts(attempt: ActiveAttempt): AttemptFacts {
    const { now, random } = this.#options
    return { spec: attempt.spec, tries: attempt.job.tries + 1, now_ms: now(), random }
  }

  #emitProgress(attempt: ActiveAttempt, progress: number | null, message: string | null): void {
    this.#options.bus.emit('job:progress', { job_id: attempt.job.id, progress, message })
  }

  /** Facts are only refused when the journal was given up at the end; what is on disk then tells the next start. */
  #ignoreRefused = (error: unknown): void => {
    this.#options.onFault(serialiseError(error))
  }
}

function overMemory({ memory_bytes, spec }: ActiveAttempt): string | null {
  if (memory_bytes === null || spec.memory === undefined) return null
  const [used, limit] = [memory_bytes, spec.memory.max_bytes].map(formatByteSize)
  return `The job and what it started used ${used} of memory, and ${limit} is its limit. Give it more under limits, or let it work on less at a time.`
}

/** Whatever became of its worker, the job is to be gone. */
function isCancel(reason: StopReason | null): boolean {
  return reason === 'cancel' || reason === 'halt'
}

function isBad({ state }: NextState): boolean {
  return state === 'failed' || state === 'cancelled' || state === 'interrupted'
}
