import type { Database, Statement } from 'better-sqlite3'
import { z } from 'zod'
import type { Attempt, Job, JobState, PoolState } from '../../../shared/job.ts'
import { isWaiting, POOL_STATES } from '../../../shared/job.ts'
import type { JobListQuery, JobPage, ListCursor, OrderedQuery } from '../../../shared/listing.ts'
import type { JobFilter } from '../../../shared/selection.ts'
import { waitReason } from '../../../shared/wait-reason.ts'
import type { HistoryJob, HistoryRecord, JobDetails } from '../../../shared/status.ts'
import { dataPaths } from './data-dir.ts'
import type { History, HistorySummary } from './history.ts'
import { reading } from './history-connection.ts'
import { noCounts } from './history-counts.ts'
import { findPage, pageSteps } from './history-list.ts'
import {
  counterRowSchema,
  groupRowSchema,
  parseAttempt,
  parseJob,
  parseNeedLink,
  parseRow,
} from './history-rows.ts'
import { SortedLists } from './history-sorted.ts'
import type { Steps } from './history-steps.ts'
import type { KnownJobs } from './history-known.ts'
import { knownJobsPage } from './history-known.ts'
import { abandoned } from './history-steps.ts'
import { VISIBLE_SQL } from './job-sql.ts'
import { JOB_COLUMNS, parseSpec } from './operations/job-query.ts'
import { bindingLimits, countInParents } from './nested-groups.ts'
import type { Owner } from './owner-lock.ts'
import { readOwner } from './owner-lock.ts'
import { UsualRuns } from './usual-runs.ts'
import { isSorted } from './sort-keys.ts'
import type { MetaKey } from './store-operations.ts'

/** More needs or dependents than anybody reads. */
const LINKS_SHOWN = 1_000
const EXPORT_PAGE_JOBS = 500
/** Specs and results may be large: a page of an export ends when it holds so many characters of them. */
const EXPORT_PAGE_CHARS = 8 * 1024 * 1024

type GroupRow = z.infer<typeof groupRowSchema>

/** What the wait reasons of a page follow from. */
interface Surroundings {
  readonly pool: PoolState
  readonly groups: ReadonlyMap<string, GroupRow>
}

const metaSchema = z.object({ value: z.string() })
const countSchema = z.object({ count: z.int() })
const specSchema = z.object({ spec: z.string() })
const submissionSchema = z.object({ label: z.string(), created_ms: z.int() })

/** Left joins, so that a row without its counterpart is reported and not passed over. */
const JOBS_SQL = `SELECT ${JOB_COLUMNS} FROM json_each(?) AS wanted JOIN job ON job.id = wanted.value
  LEFT JOIN job_group ON job_group.id = job.group_id WHERE ${VISIBLE_SQL} ORDER BY wanted.key`
const JOB_SQL = `SELECT ${JOB_COLUMNS} FROM job LEFT JOIN job_group ON job_group.id = job.group_id
  WHERE job.id = ? AND ${VISIBLE_SQL}`
const ATTEMPTS_SQL = `SELECT id, job_id, number, pid, started_ms, ended_ms, cause, exit_code, signal, error, result,
  stdout_bytes, stderr_bytes, cut_bytes, (SELECT ran FROM attempt_ran WHERE attempt_id = attempt.id) AS ran
  FROM attempt INDEXED BY attempt_job WHERE job_id = ? ORDER BY id`
/** A worker takes as many places as one of the jobs that are leased to it, whatever it was handed ahead of time. */
const GROUPS_SQL = `SELECT id, name, parallel_limit, paused, parent_id,
  (SELECT coalesce(sum(places), 0) FROM (
     SELECT max(min(job.slots, coalesce(parallel_limit, job.slots))) AS places
     FROM lease CROSS JOIN job ON job.id = lease.job_id WHERE job.group_id = job_group.id GROUP BY lease.worker_id
   )) AS active FROM job_group ORDER BY id`

function linksSql(mine: 'job_id' | 'needs_job_id', other: 'job_id' | 'needs_job_id', index: string): string {
  return `SELECT need.${other} AS job_id, condition, status, seen.name, seen.state FROM need ${index}
    LEFT JOIN (SELECT id, name, state FROM job WHERE ${VISIBLE_SQL}) AS seen ON seen.id = need.${other}
    WHERE need.${mine} = ? ORDER BY need.${other} LIMIT ${LINKS_SHOWN}`
}
const NEEDS_SQL = linksSql('job_id', 'needs_job_id', '')
const DEPENDENTS_SQL = linksSql('needs_job_id', 'job_id', 'INDEXED BY need_of')

/** The history of a data directory that has a database. */
export class DatabaseHistory implements History {
  readonly #dir: string
  readonly #db: Database
  readonly #statements = new Map<string, Statement>()
  #usual_runs: UsualRuns | null = null
  readonly #sorted: SortedLists

  constructor(dir: string, db: Database) {
    this.#dir = dir
    this.#db = db
    this.#sorted = new SortedLists(db)
  }

  list(query: JobListQuery, isCancelled: () => boolean = () => false): JobPage {
    const { order } = query
    if (typeof order !== 'string' || isSorted(query)) {
      const steps = this.listSteps(query)
      for (;;) {
        const step = steps.next()
        if (step.done === true) return step.value
        if (isCancelled()) throw abandoned()
      }
    }
    return this.#atOneTime((pool) => {
      const { ids, next } = findPage(this.#db, { ...query, order }, isCancelled)
      return { jobs: this.#rows(ids, pool), next }
    })
  }

  /** `list` in steps. What changes between them shows in the jobs, not in which there are. */
  *listSteps(query: JobListQuery): Steps<JobPage> {
    const { order } = query
    const steps =
      typeof order !== 'string' || isSorted(query)
        ? this.#sorted.page(query)
        : pageSteps(this.#db, { ...query, order })
    for (;;) {
      const step = steps.next()
      if (step.done === true) {
        const { ids, ...about } = step.value
        return { jobs: this.rows(ids), ...about }
      }
      yield
    }
  }

  /** The jobs with these ids that are visible, in this order. */
  rows(ids: readonly number[]): HistoryJob[] {
    return this.#atOneTime((pool) => this.#rows(ids, pool))
  }

  known(after: number): KnownJobs {
    return reading(dataPaths(this.#dir).database, () => knownJobsPage(this.#db, after))
  }

  show(job_id: number): JobDetails | null {
    return this.#atOneTime((pool) => {
      const row = this.#sql(JOB_SQL).get(job_id)
      if (row === undefined) return null
      const record = this.#record(withWaitReason(parseJob(row), this.#surroundings(pool)))
      const submission = this.#db
        .prepare('SELECT label, created_ms FROM submission WHERE id = ?')
        .get(record.job.submission_id)
      return {
        ...record,
        submission: submission === undefined ? null : parseRow(submissionSchema, submission, 'submission'),
        needs: this.#sql(NEEDS_SQL).all(job_id).map(parseNeedLink),
        needs_count: this.#count('SELECT count(*) AS count FROM need WHERE job_id = ?', job_id),
        dependents: this.#sql(DEPENDENTS_SQL).all(job_id).map(parseNeedLink),
        dependents_count: this.#count('SELECT count(*) AS count FROM need WHERE needs_job_id = ?', job_id),
      }
    })
  }

  *exportJobs(
    filter: JobFilter = {},
    isCancelled: () => boolean = () => false,
  ): Generator<HistoryRecord, void, undefined> {
    let before: ListCursor | null = null
    do {
      const query: OrderedQuery = {
        filter,
        order: 'oldest',
        limit: EXPORT_PAGE_JOBS,
        before: before ?? undefined,
      }
      const page = this.#exportPage(query, isCancelled)
      yield* page.records
      before = page.next
    } while (before !== null && !isCancelled())
  }

  summary(): HistorySummary {
    return this.#atOneTime((pool, owner) => {
      const counts = noCounts()
      const byGroup = new Map<number, Record<JobState, number>>()
      for (const row of this.#sql('SELECT group_id, state, count FROM counter').all()) {
        const { group_id, state, count } = parseRow(counterRowSchema, row, 'counter')
        counts[state] += count
        const ofGroup = byGroup.get(group_id) ?? noCounts()
        ofGroup[state] += count
        byGroup.set(group_id, ofGroup)
      }
      const groups = this.#groups().map(({ active, ...group }) => {
        return { group, active, counts: byGroup.get(group.id) ?? noCounts() }
      })
      const concurrency = Number(this.#meta('concurrency') ?? Number.NaN)
      return {
        pool,
        pool_paused: this.#meta('pool_paused') === '1',
        concurrency: Number.isSafeInteger(concurrency) ? concurrency : null,
        owner,
        counts,
        groups,
      }
    })
  }

  close(): void {
    this.#sorted.close()
    this.#db.close()
  }

  #exportPage(
    query: OrderedQuery,
    isCancelled: () => boolean,
  ): { readonly records: readonly HistoryRecord[]; readonly next: ListCursor | null } {
    return this.#atOneTime((pool) => {
      const { ids, next } = findPage(this.#db, query, isCancelled)
      const around = this.#surroundings(pool)
      const records: HistoryRecord[] = []
      let chars = 0
      for (const row of this.#sql(JOBS_SQL).iterate(JSON.stringify(ids))) {
        const job = parseJob(row)
        const spec = this.#spec(job.id)
        const attempts = this.#attempts(job.id)
        records.push({ ...withWaitReason(job, around), spec: parseSpec(job.id, spec), attempts })
        chars += spec.length + attempts.reduce((sum, attempt) => sum + (attempt.result?.length ?? 0), 0)
        if (chars > EXPORT_PAGE_CHARS && records.length < ids.length)
          return { records, next: { id: job.id, ended_ms: null } }
      }
      return { records, next }
    })
  }

  #rows(ids: readonly number[], pool: PoolState): HistoryJob[] {
    const around = this.#surroundings(pool)
    const rows = this.#sql(JOBS_SQL).all(JSON.stringify(ids))
    return rows.map((row) => withWaitReason(parseJob(row), around))
  }

  #record(job: HistoryJob): HistoryRecord {
    const { id, name } = job.job
    const record = { ...job, spec: parseSpec(id, this.#spec(id)), attempts: this.#attempts(id) }
    if (record.spec.timeout_percent === undefined) return record
    this.#usual_runs ??= new UsualRuns(this.#db)
    return { ...record, usual_run: this.#usual_runs.read(name) }
  }

  #spec(job_id: number): string {
    const row = this.#sql('SELECT spec FROM job_spec WHERE job_id = ?').get(job_id)
    return row === undefined ? '' : parseRow(specSchema, row, 'job_spec').spec
  }

  #attempts(job_id: number): Attempt[] {
    return this.#sql(ATTEMPTS_SQL).all(job_id).map(parseAttempt)
  }

  #sql(text: string): Statement {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#db.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }

  #surroundings(pool: PoolState): Surroundings {
    return { pool, groups: new Map(bindingLimits(this.#groups()).map((group) => [group.name, group])) }
  }

  #groups(): GroupRow[] {
    const rows = this.#sql(GROUPS_SQL).all()
    return countInParents(rows.map((row) => parseRow(groupRowSchema, row, 'job_group')))
  }

  #meta(key: MetaKey): string | null {
    const row = this.#sql('SELECT value FROM meta WHERE key = ?').get(key)
    return row === undefined ? null : parseRow(metaSchema, row, 'meta').value
  }

  #count(sql: string, job_id: number): number {
    return parseRow(countSchema, this.#sql(sql).get(job_id), 'need').count
  }

  /** All that `read` reads is of one moment. */
  #atOneTime<T>(read: (pool: PoolState, owner: Owner | null) => T): T {
    return reading(dataPaths(this.#dir).database, () => {
      const owner = readOwner(this.#dir)
      return this.#db.transaction(() => {
        const stored = this.#meta('pool_state')
        const pool = owner === null ? undefined : POOL_STATES.find((state) => state === stored)
        return read(pool ?? 'stopped', owner)
      })()
    })
  }
}

function withWaitReason(job: Job, { pool, groups }: Surroundings): HistoryJob {
  if (!isWaiting(job.state)) return { job, wait_reason: null }
  const group = groups.get(job.group)
  const context = {
    slots: job.slots,
    pool,
    group_paused: group?.paused ?? false,
    group_active: group?.active ?? 0,
    group_limit: group?.parallel_limit ?? null,
  }
  return { job, wait_reason: waitReason(job.state, context) }
}
