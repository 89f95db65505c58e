import type { JobState, NeedCondition } from '../../../../shared/job.ts'
import { isEnded } from '../../../../shared/job.ts'
import { firstWaitingState, needStatus } from '../../../../shared/job-state.ts'
import type { ChangesBuilder } from '../changes-builder.ts'
import { findHolder } from './unique.ts'
import { noteAtRest, readJob, wakeTime } from '../job-row.ts'
import { RowsStatement } from '../rows-statement.ts'
import { tallyJobs } from '../selected.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, ResultOf, SubmittedFor } from '../store-operations.ts'
import type { Duplicate, JobInsert } from '../store-records.ts'
import { deleteWork } from './delete-jobs.ts'
import type { Ended } from './dependents.ts'
import { settleDependents } from './dependents.ts'
import { dropDueHooks } from './finish-hooks.ts'
import { keepIds } from './next-ids.ts'
import { deleteSchedulesOf, insertSchedule } from './schedule-rows.ts'
import { takeFiles } from './watch-folders.ts'

const INSERT_SUBMISSION = `INSERT INTO submission (id, label, created_ms, state, first_job_id, last_job_id, job_count)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
const EXTEND_SUBMISSION = `UPDATE submission SET first_job_id = min(coalesce(first_job_id, @first), @first),
  last_job_id = max(coalesce(last_job_id, @last), @last), job_count = job_count + @count WHERE id = @submission_id`
const INSERT_JOB = `INSERT INTO job (id, submission_id, group_id, name, kind, state, priority, position, slots, held,
  needs_open, due_ms, wake_ms, cause, queued_ms, ended_ms, unique_key, timed, schedule_id, hook_if)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_QUEUED = new RowsStatement(
  `(?, ?, ?, ?, ?, 'queued', ?, ?, ?, 0, 0, ?)`,
  (
    rows,
  ) => `INSERT OR ROLLBACK INTO job (id, submission_id, group_id, name, kind, state, priority, position, slots, held,
    needs_open, queued_ms) VALUES ${rows}`,
)
const INSERT_SPECS = new RowsStatement(
  '(?, ?)',
  (rows) => `INSERT OR ROLLBACK INTO job_spec (job_id, spec) VALUES ${rows}`,
)
const INSERT_NEED = `INSERT OR IGNORE INTO need (job_id, needs_job_id, condition, status, label) VALUES (?, ?, ?, ?, ?)`
/** Two jobs that are needed may be one: another has their unique key, or has done the same before. */
const ADD_LABEL = `UPDATE need SET label = coalesce(label || char(10), '') || ?
  WHERE job_id = ? AND needs_job_id = ? AND condition = ?`

export function openSubmission(context: StoreContext, operation: OperationOf<'open-submission'>): null {
  const { submission_id, label, at_ms } = operation
  context.sql(INSERT_SUBMISSION).run(submission_id, label, at_ms, 'open', null, null, 0)
  context.open_submissions.add(submission_id)
  return null
}

/** Adds jobs. Chunks for a submission that is not open (any more) are refused: every job is named as not ready. */
export function submit(context: StoreContext, operation: OperationOf<'submit'>): ResultOf<'submit'> {
  const { submission_id, whole, jobs } = operation
  const changes = context.changes()
  if (!whole && !context.open_submissions.has(submission_id)) {
    return { ...changes.build(), not_ready: Array.from(jobs, ({ id }) => id), duplicates: [] }
  }
  const { not_ready, duplicates, schedules, first, last } = insertJobs(context, changes, operation)
  const count = jobs.length - duplicates.length - schedules
  if (whole) {
    const { label, at_ms } = operation
    // Of what nothing was stored there is nothing to tell later.
    if (count > 0 || duplicates.length === 0)
      context.sql(INSERT_SUBMISSION).run(submission_id, label, at_ms, 'complete', first, last, count)
    context.duplicates.delete(submission_id)
    settleCause(context, operation)
  } else if (first !== null) {
    context.sql(EXTEND_SUBMISSION).run({ first, last, count, submission_id })
  }
  return { ...changes.build(), not_ready, duplicates }
}

interface Inserted {
  /** Ids of those that are not queued. */
  readonly not_ready: readonly number[]
  readonly duplicates: readonly Duplicate[]
  /** How many were no jobs but schedules. */
  readonly schedules: number
  /** The lowest and the highest id; null where there are no jobs. */
  readonly first: number | null
  readonly last: number | null
}

/** Values are gathered for so many jobs: what lives as long as a whole chunk makes the heap of the thread grow. */
const JOBS_AT_A_TIME = 128

function insertJobs(
  context: StoreContext,
  changes: ChangesBuilder,
  operation: OperationOf<'submit'>,
): Inserted {
  const { submission_id, at_ms, jobs } = operation
  const insertJob = context.sql(INSERT_JOB)
  let queued: unknown[] = []
  let specs: unknown[] = []
  let [first, last]: [number | null, number | null] = [null, null]
  const flush = (): void => {
    INSERT_QUEUED.run(context, queued)
    INSERT_SPECS.run(context, specs)
    queued = []
    specs = []
  }
  const not_ready: number[] = []
  const duplicates: Duplicate[] = []
  let schedules = 0
  const skipped: Ended[] = []
  let together: ReadonlySet<number> | null = null
  for (const job of jobs) {
    const { extras } = job
    if (extras?.recurs != null) {
      insertSchedule(context, submission_id, job, extras.recurs.next_ms, at_ms)
      not_ready.push(job.id)
      schedules += 1
      continue
    }
    const holder = extras === undefined ? null : findHolder(context, extras.unique)
    if (holder !== null) {
      duplicates.push(noteDuplicate(context, submission_id, job.id, holder))
      not_ready.push(job.id)
      continue
    }
    let needs_open = 0
    let isUnmeetable = false
    if (job.needs.length > 0) {
      together ??= new Set(Array.from(jobs, ({ id, extras: own }) => (own?.recurs == null ? id : 0)))
      ;({ needs_open, isUnmeetable } = insertNeeds(context, submission_id, job, together))
    }
    const facts = { held: job.held, needs_open, due_ms: job.due_ms, retry_at_ms: null }
    const state = isUnmeetable ? 'skipped' : firstWaitingState(facts, at_ms)
    const wake_ms = wakeTime({ state, due_ms: job.due_ms, retry_at_ms: null })
    const { id, name, kind, group_id, priority, slots, due_ms } = job
    // The position is the id until the job is moved.
    if (state === 'queued' && due_ms === null && extras === undefined) {
      queued.push(id, submission_id, group_id, name, kind, priority, id, slots, at_ms)
    } else {
      const held = job.held ? 1 : 0
      const cause = isUnmeetable ? 'dependency' : null
      const ended_ms = isUnmeetable ? at_ms : null
      // prettier-ignore
      insertJob.run(id, submission_id, group_id, name, kind, state, priority, id, slots, held, needs_open, due_ms, wake_ms,
        cause, at_ms, ended_ms, extras?.unique?.key ?? null, extras?.timed === true ? 1 : null,
        extras?.schedule_id ?? null, extras?.hook_if ?? null)
      if (extras?.hook_if != null) context.has_hooks = true
    }
    first = first === null || id < first ? id : first
    last = last === null || id > last ? id : last
    specs.push(id, job.spec_json)
    if (specs.length >= JOBS_AT_A_TIME * 2) flush()
    context.tally.add(submission_id, group_id, state, 1)
    if (state !== 'queued') not_ready.push(id)
    if (state === 'skipped') skipped.push({ id, state })
  }
  flush()
  if (skipped.length > 0) endSkipped(context, changes, skipped, at_ms)
  return { not_ready, duplicates, schedules, first, last }
}

/** What needs the job is to need the other instead, in later chunks of the submission too. */
function noteDuplicate(context: StoreContext, submission_id: number, id: number, of: number): Duplicate {
  const known = context.duplicates.get(submission_id)
  if (known === undefined) context.duplicates.set(submission_id, new Map([[id, of]]))
  else known.set(id, of)
  return { id, of }
}

/** Jobs whose needs could not be met from the start have ended; others of the same operation may stand before them. */
function endSkipped(context: StoreContext, changes: ChangesBuilder, skipped: Ended[], at_ms: number): void {
  for (const { id } of skipped) {
    const job = readJob(context, id)
    if (job === undefined || changes.isHidden(job.submission_id)) continue
    changes.changed(id, job.state)
    noteAtRest(changes, job, null)
  }
  settleDependents(context, changes, skipped, at_ms)
}

interface NeededJob {
  readonly state: JobState
  readonly submission_id: number
}

function insertNeeds(
  context: StoreContext,
  submission_id: number,
  job: JobInsert,
  together: ReadonlySet<number>,
): { needs_open: number; isUnmeetable: boolean } {
  context.has_needs = true
  let needs_open = 0
  let isUnmeetable = false
  const duplicates = context.duplicates.get(submission_id)
  for (const need of job.needs) {
    const { condition, label = null } = need
    const on = duplicates?.get(need.on) ?? need.on
    const status = statusAtSubmit(context, submission_id, on, condition, together)
    const isNew = context.sql(INSERT_NEED).run(job.id, on, condition, status, label).changes > 0
    if (!isNew && label !== null) context.sql(ADD_LABEL).run(label, job.id, on, condition)
    if (status === 'open' && isNew) needs_open += 1
    if (status === 'unmeetable') isUnmeetable = true
  }
  return { needs_open, isUnmeetable }
}

/** A job that is not there, or belongs to somebody's unfinished submission, can never end as it must. */
function statusAtSubmit(
  context: StoreContext,
  submission_id: number,
  on: number,
  condition: NeedCondition,
  together: ReadonlySet<number>,
): 'open' | 'met' | 'unmeetable' {
  const needed = context.sql<NeededJob>('SELECT state, submission_id FROM job WHERE id = ?').get(on)
  if (needed === undefined) return together.has(on) ? 'open' : 'unmeetable'
  const isForeign =
    needed.submission_id !== submission_id && context.open_submissions.has(needed.submission_id)
  return isForeign ? 'unmeetable' : needStatus(condition, needed.state)
}

/** Makes the jobs visible by changing one row, and counts them. */
export function completeSubmission(
  context: StoreContext,
  operation: OperationOf<'complete-submission'>,
): ResultOf<'complete-submission'> {
  const { submission_id } = operation
  const changes = context.changes()
  if (!context.open_submissions.has(submission_id)) return changes.build()
  context.tally.flush()
  context.open_submissions.delete(submission_id)
  context.duplicates.delete(submission_id)
  context.sql(`UPDATE submission SET state = 'complete' WHERE id = ?`).run(submission_id)
  settleCause(context, operation)
  let hasEnded = false
  for (const { group_id, state, count } of openCounts(context, submission_id)) {
    if (count === 0) continue
    context.tally.add(submission_id, group_id, state, count)
    if (state === 'queued') changes.stale(group_id)
    if (isEnded(state)) hasEnded = true
  }
  context.sql('DELETE FROM open_counter WHERE submission_id = ?').run(submission_id)
  if (hasEnded) announceEnded(context, changes, submission_id)
  return changes.build()
}

function settleCause(context: StoreContext, { takes, due_hooks }: SubmittedFor): void {
  if (takes !== undefined) takeFiles(context, takes)
  if (due_hooks !== undefined) dropDueHooks(context, { ids: due_hooks })
}

function openCounts(
  context: StoreContext,
  submission_id: number,
): { group_id: number; state: JobState; count: number }[] {
  return context
    .sql<{ group_id: number; state: JobState; count: number }>(
      'SELECT group_id, state, count FROM open_counter WHERE submission_id = ?',
    )
    .all(submission_id)
}

/** Jobs that were skipped while nobody could see them. */
function announceEnded(context: StoreContext, changes: ChangesBuilder, submission_id: number): void {
  const ids = context.column<number>(
    `SELECT j.id FROM submission s JOIN job j ON j.id BETWEEN s.first_job_id AND s.last_job_id
     WHERE s.id = ? AND j.submission_id = s.id AND j.ended_ms IS NOT NULL ORDER BY j.id`,
    submission_id,
  )
  for (const id of ids) {
    const job = readJob(context, id)
    if (job === undefined) continue
    changes.changed(id, job.state)
    noteAtRest(changes, job, null)
  }
}

/** Nobody has seen these jobs, nothing has run, and no job outside needs them: they are deleted at once. */
export function abortSubmission(
  context: StoreContext,
  operation: OperationOf<'abort-submission'>,
): ResultOf<'abort-submission'> {
  const { submission_id, limit } = operation
  if (!context.open_submissions.has(submission_id)) return { done: true }
  context.sql('DELETE FROM temp.work').run()
  const found = context
    .sql(
      `INSERT INTO temp.work SELECT j.id FROM submission s JOIN job j ON j.id BETWEEN s.first_job_id AND s.last_job_id
       WHERE s.id = ? AND j.submission_id = s.id ORDER BY j.id LIMIT ?`,
    )
    .run(submission_id, limit).changes
  tallyJobs(context, 'work', -1)
  deleteWork(context)
  if (found === limit && limit > 0) {
    context
      .sql(`UPDATE submission SET first_job_id = (SELECT max(id) FROM temp.work) + 1 WHERE id = ?`)
      .run(submission_id)
    return { done: false }
  }
  context.tally.flush()
  context.sql('DELETE FROM open_counter WHERE submission_id = ?').run(submission_id)
  deleteSchedulesOf(context, submission_id)
  keepIds(context, 'next_submission_id', submission_id)
  context.sql('DELETE FROM submission WHERE id = ?').run(submission_id)
  context.open_submissions.delete(submission_id)
  context.duplicates.delete(submission_id)
  return { done: true }
}
