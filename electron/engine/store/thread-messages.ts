/** What the store and its thread say to each other. Answers come in the order of the questions, so they carry no number. */
import { z } from 'zod'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { EndedState, JobState } from '../../../shared/job.ts'
import { CAUSES, ENDED_STATES, JOB_STATES } from '../../../shared/job.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { DatabaseOptions } from './database.ts'
import { SYNCHRONOUS } from './synchronous.ts'
import type { FlatRows } from './flat-rows.ts'
import { FlatReader, FlatWriter, Words } from './flat-rows.ts'
import { KINDS, packJobs, unpackJobs } from './packed-jobs.ts'
import type { Operation, OperationOf, OperationResult } from './store-operations.ts'
import type { AnswerOf, Query, QueryName } from './store-queries.ts'
import type { AttemptEnd, Changes, NextState, ReadyJob } from './store-records.ts'

/** `workerData` of the thread. */
export type StoreThreadData = DatabaseOptions
export const storeThreadDataSchema: z.ZodType<StoreThreadData> = z.strictObject({
  file: z.string(),
  synchronous: z.enum(SYNCHRONOUS).optional(),
  max_pages: z.int().optional(),
})

export type ToStoreThread =
  | { readonly type: 'commit'; readonly operations: readonly PackedOperation[] }
  | { readonly type: 'query'; readonly query: Query }
  /** Answered by the end of the thread. */
  | { readonly type: 'close' }

export type FromStoreThread =
  | { readonly type: 'opened' }
  | { readonly type: 'results'; readonly results: readonly PackedResult[] }
  | { readonly type: 'answer'; readonly answer: PackedAnswer }
  /** The commit or the query failed, or the database could not be opened. */
  | { readonly type: 'failed'; readonly error: SerialisedError }

type Packed<T, K extends keyof T> = Omit<T, K> & Readonly<Record<K, FlatRows>>

export type PackedOperation =
  | Exclude<Operation, { type: 'submit' | 'claim' | 'end' }>
  | (Packed<OperationOf<'submit'>, 'jobs'> & { readonly job_count: number })
  | Packed<OperationOf<'claim'>, 'claims'>
  | Packed<OperationOf<'end'>, 'ends'>

interface PackedChanges extends Packed<Changes, 'changed' | 'ended'> {
  readonly packed: true
}
export type PackedResult = Exclude<OperationResult, Changes> | PackedChanges
export type PackedAnswer = { readonly ready: FlatRows } | { readonly plain: AnswerOf<QueryName> }

const STATES = new Words(JOB_STATES)
const CAUSE_WORDS = new Words(CAUSES)
const REST_STATES = new Words<EndedState | 'interrupted'>([...ENDED_STATES, 'interrupted'])
const NEXT_STATES = new Words<NextState['state']>([
  'succeeded',
  'failed',
  'cancelled',
  'retrying',
  'requeue',
  'interrupted',
])

export function packOperation(operation: Operation): PackedOperation {
  switch (operation.type) {
    case 'submit':
      return { ...operation, jobs: packJobs(operation.jobs), job_count: operation.jobs.length }
    case 'claim':
      return { ...operation, claims: packClaims(operation.claims) }
    case 'end':
      return { ...operation, ends: packEnds(operation.ends) }
    default:
      return operation
  }
}

export function unpackOperation(operation: PackedOperation): Operation {
  switch (operation.type) {
    case 'submit': {
      const { job_count, ...rest } = operation
      return { ...rest, jobs: unpackJobs(operation.jobs, job_count) }
    }
    case 'claim':
      return { ...operation, claims: unpackClaims(operation.claims) }
    case 'end':
      return { ...operation, ends: unpackEnds(operation.ends) }
    default:
      return operation
  }
}

type Claims = OperationOf<'claim'>['claims']

function packClaims(claims: Claims): FlatRows {
  const flat = new FlatWriter(claims.length * 4)
  for (const { job_id, attempt_id, worker_id, at_ms } of claims) {
    flat.number(job_id).number(attempt_id).number(worker_id).number(at_ms)
  }
  return flat.rows()
}

function unpackClaims(flat: FlatRows): Claims {
  const reader = new FlatReader(flat)
  const claims: Claims[number][] = []
  while (reader.hasMore) {
    claims.push({
      job_id: reader.number(),
      attempt_id: reader.number(),
      worker_id: reader.number(),
      at_ms: reader.number(),
    })
  }
  return claims
}

function packEnds(ends: readonly AttemptEnd[]): FlatRows {
  const flat = new FlatWriter(ends.length * 15)
  for (const {
    start,
    started_stored,
    ended_ms,
    cause,
    exit_code,
    signal,
    error,
    result,
    log,
    next,
  } of ends) {
    flat.number(start.attempt_id).number(start.job_id).number(start.number).number(start.worker_id)
    flat.numberOrNull(start.pid).textOrNull(start.process_start).number(start.started_ms)
    flat.flag(started_stored).number(ended_ms).word(CAUSE_WORDS, cause).numberOrNull(exit_code)
    flat
      .textOrNull(signal)
      .textOrNull(error)
      .textOrNull(result)
      .flag(log !== null)
    if (log !== null) flat.number(log.stdout_bytes).number(log.stderr_bytes).number(log.cut_bytes)
    flat.word(NEXT_STATES, next.state)
    if (next.state === 'retrying') flat.number(next.retry_at_ms)
  }
  return flat.rows()
}

function unpackEnds(flat: FlatRows): AttemptEnd[] {
  const reader = new FlatReader(flat)
  const ends: AttemptEnd[] = []
  while (reader.hasMore) {
    ends.push({
      start: {
        attempt_id: reader.number(),
        job_id: reader.number(),
        number: reader.number(),
        worker_id: reader.number(),
        pid: reader.numberOrNull(),
        process_start: reader.textOrNull(),
        started_ms: reader.number(),
      },
      started_stored: reader.flag(),
      ended_ms: reader.number(),
      cause: reader.word(CAUSE_WORDS),
      exit_code: reader.numberOrNull(),
      signal: reader.textOrNull(),
      error: reader.textOrNull(),
      result: reader.textOrNull(),
      log: unpackLog(reader),
      next: unpackNext(reader),
    })
  }
  return ends
}

function unpackLog(reader: FlatReader): AttemptEnd['log'] {
  if (!reader.flag()) return null
  return { stdout_bytes: reader.number(), stderr_bytes: reader.number(), cut_bytes: reader.number() }
}

function unpackNext(reader: FlatReader): NextState {
  const state = reader.word(NEXT_STATES)
  return state === 'retrying' ? { state, retry_at_ms: reader.number() } : { state }
}

/** Answers that tell of changes have two lists with a row for each job. */
export function packResult(result: OperationResult): PackedResult {
  if (result === null || !('changed' in result)) return result
  const changed = new FlatWriter(result.changed.length * 2)
  for (const { id, state } of result.changed) changed.number(id).word(STATES, state)
  return { ...result, packed: true, changed: changed.rows(), ended: packEnded(result.ended) }
}

export function unpackResult(result: PackedResult): OperationResult {
  if (result === null || !('packed' in result)) return result
  const { packed: _packed, ...rest } = result
  const reader = new FlatReader(result.changed)
  const changed: { id: number; state: JobState }[] = []
  while (reader.hasMore) changed.push({ id: reader.number(), state: reader.word(STATES) })
  return { ...rest, changed, ended: unpackEnded(result.ended) }
}

function packEnded(ended: readonly EndedJob[]): FlatRows {
  const flat = new FlatWriter(ended.length * 10)
  for (const job of ended) {
    flat.number(job.id).number(job.submission_id).text(job.name).word(REST_STATES, job.state)
    flat.word(CAUSE_WORDS, job.cause).numberOrNull(job.exit_code).number(job.attempts).number(job.queued_ms)
    flat.numberOrNull(job.started_ms).number(job.ended_ms).textOrNull(job.result)
  }
  return flat.rows()
}

function unpackEnded(flat: FlatRows): EndedJob[] {
  const reader = new FlatReader(flat)
  const ended: EndedJob[] = []
  while (reader.hasMore) {
    ended.push({
      id: reader.number(),
      submission_id: reader.number(),
      name: reader.text(),
      state: reader.word(REST_STATES),
      cause: reader.word(CAUSE_WORDS),
      exit_code: reader.numberOrNull(),
      attempts: reader.number(),
      queued_ms: reader.number(),
      started_ms: reader.numberOrNull(),
      ended_ms: reader.number(),
      result: reader.textOrNull(),
    })
  }
  return ended
}

export function packReady(jobs: readonly ReadyJob[]): FlatRows {
  const flat = new FlatWriter(jobs.length * 9)
  for (const job of jobs) {
    flat.number(job.id).number(job.priority).number(job.position).number(job.group_id).word(KINDS, job.kind)
    flat.text(job.name).number(job.submission_id).number(job.attempts).number(job.tries).number(job.slots)
    flat.text(job.spec_json)
  }
  return flat.rows()
}

export function unpackReady(flat: FlatRows): ReadyJob[] {
  const reader = new FlatReader(flat)
  const jobs: ReadyJob[] = []
  while (reader.hasMore) {
    jobs.push({
      id: reader.number(),
      priority: reader.number(),
      position: reader.number(),
      group_id: reader.number(),
      kind: reader.word(KINDS),
      name: reader.text(),
      submission_id: reader.number(),
      attempts: reader.number(),
      tries: reader.number(),
      slots: reader.number(),
      spec_json: reader.text(),
    })
  }
  return jobs
}
