import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import { WORKER_MARK_ID } from '../../../shared/worker-protocol.ts'
import type { SpecCache } from '../dispatcher/spec-cache.ts'
import type { Verdict } from '../queue/retry.ts'
import { judgeInterrupted } from '../queue/retry.ts'
import type { Journal } from '../store/journal.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { AttemptEnd, Changes, LeaseLeft } from '../store/store-records.ts'
import type { Store } from '../store/store.ts'
import { abortSubmission } from '../submissions/submitter.ts'
import { readStartFile } from '../worker-pool/start-file.ts'
import type { StartMark } from '../worker-pool/start-file.ts'
import { endLeftovers, removeScriptCopies } from './leftovers.ts'
import type { LeftoverPlace } from './leftovers.ts'
import { endOrphanWorker } from './orphan-workers.ts'

export interface RecoverOptions {
  readonly store: Store
  readonly journal: Journal
  readonly specs: SpecCache
  readonly place: LeftoverPlace
  /** Folder of the workers' start files. */
  readonly starts_dir: string
  /** Of this boot. */
  readonly boot_id: string
  readonly now: () => number
  readonly random: () => number
}

export interface RecoveryReport {
  /** Jobs whose attempt had started when the owner died, and how. */
  readonly interrupted: number
  readonly cause: 'app-crash' | 'power-loss' | null
  /** Leases that had not been acted on: their jobs are simply queued. */
  readonly given_back: number
  /** Submissions that were not complete: nothing of them is kept. */
  readonly dropped_submissions: number
  readonly changes: Changes
}

const NO_CHANGES: Changes = { changed: [], ended: [], stale_groups: [] }

/**
 * Sets right what an owner left that died: every lease is either given back (its worker had not acted on it) or its
 * attempt is ended as interrupted, with the cause told by the boot id; process trees that outlived their worker are
 * ended first, so that nothing runs twice at once. Half-written submissions are deleted.
 */
export async function recover(options: RecoverOptions): Promise<RecoveryReport> {
  const { store, journal } = options
  const open = await store.query({ type: 'open-submissions' })
  for (const submission_id of open) await abortSubmission(journal, submission_id)
  const leases = await store.query({ type: 'leases' })
  const files = await startFiles(options.starts_dir)
  if (leases.length === 0) {
    await removeFiles(files)
    return {
      interrupted: 0,
      cause: null,
      given_back: 0,
      dropped_submissions: open.length,
      changes: NO_CHANGES,
    }
  }
  const rebooted = options.boot_id !== (await store.query({ type: 'meta', key: 'boot_id' }))
  // Before the marks are read: a worker that has not noticed yet that its owner died may go on to begin things.
  if (!rebooted) await endOrphanWorkers(files, leases, options)
  const marks = readMarks(files)
  const started = leases.filter(
    (lease) => rebooted || lease.stored_start !== null || marks.has(lease.attempt_id),
  )
  const unstarted = leases.filter((lease) => !started.includes(lease))
  await Promise.all(
    started.map((lease) => {
      const spec = specOf(lease, options.specs)
      if (rebooted) return removeScriptCopies(options.place, lease.attempt_id, spec)
      const process = processOf(lease, marks.get(lease.attempt_id))
      return endLeftovers(options.place, lease.attempt_id, spec, process)
    }),
  )
  const cause = rebooted ? 'power-loss' : 'app-crash'
  const ends = started.map((lease) => interruptedEnd(lease, marks.get(lease.attempt_id), cause, options))
  const [given, ended] = await Promise.all([
    journal.write({
      type: 'unclaim',
      job_ids: unstarted.map((lease) => lease.job_id),
      at_ms: options.now(),
    }),
    journal.write({ type: 'end', ends }),
  ])
  await removeFiles(files)
  return {
    interrupted: ends.length,
    cause: ends.length > 0 ? cause : null,
    given_back: unstarted.length,
    dropped_submissions: open.length,
    changes: {
      changed: [...given.changed, ...ended.changed],
      ended: [...given.ended, ...ended.ended],
      stale_groups: [...given.stale_groups, ...ended.stale_groups],
    },
  }
}

/** Each has the longest grace of what it may be running. */
async function endOrphanWorkers(
  files: readonly string[],
  leases: readonly LeaseLeft[],
  options: RecoverOptions,
): Promise<void> {
  await Promise.all(
    files.map(async (file) => {
      const marks = readStartFile(file)
      const worker = marks.get(WORKER_MARK_ID)?.process
      if (worker == null) return
      const graces = leases
        .filter((lease) => marks.has(lease.attempt_id))
        .map((lease) => (specOf(lease, options.specs)?.stop ?? SPEC_DEFAULTS.stop).grace_ms)
      await endOrphanWorker(worker, Math.max(0, ...graces))
    }),
  )
}

async function startFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.map((name) => join(folder, name))
}

async function removeFiles(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true })
}

function readMarks(files: readonly string[]): Map<number, StartMark> {
  const marks = new Map<number, StartMark>()
  for (const file of files) for (const [attempt_id, mark] of readStartFile(file)) marks.set(attempt_id, mark)
  return marks
}

/** null where the stored spec is unreadable. */
function specOf(lease: LeaseLeft, specs: SpecCache): CommonSpec | null {
  try {
    return specs.parse(lease.spec_json)
  } catch {
    return null
  }
}

function processOf(lease: LeaseLeft, mark: StartMark | undefined): { pid: number; start: string } | null {
  if (mark?.process != null) return mark.process
  const stored = lease.stored_start
  if (stored?.pid == null || stored.process_start === null) return null
  return { pid: stored.pid, start: stored.process_start }
}

function interruptedEnd(
  lease: LeaseLeft,
  mark: StartMark | undefined,
  cause: 'app-crash' | 'power-loss',
  options: RecoverOptions,
): AttemptEnd {
  const at_ms = options.now()
  const process = processOf(lease, mark)
  const start = lease.stored_start ?? {
    attempt_id: lease.attempt_id,
    job_id: lease.job_id,
    number: lease.number,
    worker_id: lease.worker_id,
    pid: process?.pid ?? null,
    process_start: process?.start ?? null,
    started_ms: lease.claimed_ms,
  }
  return {
    start,
    started_stored: lease.stored_start !== null,
    ended_ms: at_ms,
    ...verdictOf(lease, cause, at_ms, options),
    exit_code: null,
    signal: null,
    error:
      cause === 'power-loss'
        ? 'The machine went down or was restarted while the job ran.'
        : 'Jobyard died while the job ran.',
    result: null,
    log: null,
  }
}

function verdictOf(
  lease: LeaseLeft,
  cause: 'app-crash' | 'power-loss',
  now_ms: number,
  options: RecoverOptions,
): Verdict {
  const spec = specOf(lease, options.specs)
  if (spec === null) return { cause, next: { state: 'interrupted' } }
  // A start that was committed is counted already.
  const tries = lease.stored_start === null ? lease.tries + 1 : lease.tries
  return judgeInterrupted({ spec, tries, now_ms, random: options.random }, cause)
}
