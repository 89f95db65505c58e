import type Database from 'better-sqlite3'
import { openDatabase } from '../../electron/engine/store/database.ts'
import { dataPaths, prepareDataDir } from '../../electron/engine/store/data-dir.ts'
import { writeSpecText } from '../../electron/engine/store/spec-text.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { Cause, EndedState } from '../../shared/job.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const GROUPS = ['default', 'media', 'reports', 'builds'] as const
const JOBS_OF_A_SUBMISSION = 500

interface Kind {
  readonly group: (typeof GROUPS)[number]
  readonly name: (n: number) => string
  readonly argv: (n: number) => readonly string[]
  readonly usual_ms: number
}

const pad = (n: number, width: number): string => String(n).padStart(width, '0')
const REGIONS = ['eu-west', 'eu-north', 'us-east', 'ap-south']
const PACKAGES = ['engine', 'store', 'renderer', 'worker', 'cli']
const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? ''

/** What people run all day. */
const KINDS: readonly Kind[] = [
  {
    group: 'media',
    name: (n) => `transcode clip-${pad(n % 4_000, 4)}.mov`,
    argv: (n) => [
      'ffmpeg',
      '-i',
      `clip-${pad(n % 4_000, 4)}.mov`,
      '-crf',
      '21',
      `clip-${pad(n % 4_000, 4)}.mp4`,
    ],
    usual_ms: 94_000,
  },
  {
    group: 'media',
    name: (n) => `thumbnail IMG_${pad(n % 9_999, 4)}.jpg`,
    argv: (n) => [
      'magick',
      `IMG_${pad(n % 9_999, 4)}.jpg`,
      '-resize',
      '480x',
      `thumb-${pad(n % 9_999, 4)}.webp`,
    ],
    usual_ms: 650,
  },
  {
    group: 'reports',
    name: (n) => `daily figures ${pick(REGIONS, n)}`,
    argv: (n) => ['python3', 'figures.py', '--region', pick(REGIONS, n)],
    usual_ms: 21_000,
  },
  {
    group: 'default',
    name: (n) => `import orders-${pad(n % 700, 3)}.csv`,
    argv: (n) => ['./import.sh', `orders-${pad(n % 700, 3)}.csv`],
    usual_ms: 4_200,
  },
  {
    group: 'builds',
    name: (n) => `test ${pick(PACKAGES, n)} ${(n % 8) + 1}/8`,
    argv: (n) => ['npm', 'test', '--', `--shard=${(n % 8) + 1}/8`, pick(PACKAGES, n)],
    usual_ms: 38_000,
  },
]

interface End {
  readonly state: EndedState
  readonly cause: Cause
  readonly exit_code: number | null
}

/** A number from 0 to 1 that looks like chance, and is the same for the same job in each run. */
function chance(n: number, salt: number): number {
  let value = Math.imul(n ^ (salt * 0x9e37_79b9), 0x85eb_ca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35)
  return ((value ^ (value >>> 16)) >>> 0) / 0x1_0000_0000
}

function endOf(n: number): End {
  const luck = chance(n, 1)
  if (luck < 0.965) return { state: 'succeeded', cause: 'exit', exit_code: 0 }
  if (luck < 0.983) return { state: 'failed', cause: 'exit', exit_code: luck < 0.975 ? 1 : 2 }
  if (luck < 0.989) return { state: 'failed', cause: 'timeout', exit_code: null }
  if (luck < 0.992) return { state: 'failed', cause: 'signal', exit_code: null }
  if (luck < 0.994) return { state: 'failed', cause: 'memory', exit_code: null }
  return { state: 'cancelled', cause: 'user', exit_code: null }
}

/** Busy by day, quiet by night: the share of a day that has passed when so much of its work is done. */
function timeOfDay(share: number): number {
  return share - (0.12 * Math.sin(2 * Math.PI * share)) / 1.2
}

export interface FillOptions {
  readonly jobs: number
  /** When the last of them ended. */
  readonly until_ms: number
  readonly days?: number
  readonly cwd?: string
}

/** Writes a believable history into a data directory that nobody owns: jobs of several groups over the last days. */
export function fillHistory(
  data_dir: string,
  { jobs, until_ms, days = 14, cwd = '/srv/work' }: FillOptions,
): void {
  prepareDataDir(data_dir)
  const db = openDatabase({ file: dataPaths(data_dir).database })
  try {
    db.pragma('synchronous = OFF')
    db.transaction(() => {
      insert(db, jobs, (n) => endTime(n, jobs, until_ms, days), cwd)
    })()
    db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    db.close()
  }
}

function endTime(n: number, jobs: number, until_ms: number, days: number): number {
  const day = ((n + 1) / jobs) * days
  return Math.round(until_ms - days * DAY_MS + (Math.floor(day) + timeOfDay(day - Math.floor(day))) * DAY_MS)
}

function insert(db: Database.Database, jobs: number, endedAt: (n: number) => number, cwd: string): void {
  const addGroup = db.prepare('INSERT OR IGNORE INTO job_group (id, name, parallel_limit) VALUES (?, ?, ?)')
  GROUPS.forEach((name, index) => addGroup.run(index + 1, name, name === 'media' ? 2 : null))
  const addSubmission = db.prepare(
    `INSERT INTO submission (id, label, created_ms, state, first_job_id, last_job_id, job_count)
     VALUES (?, ?, ?, 'complete', ?, ?, ?)`,
  )
  const addJob = db.prepare(
    `INSERT INTO job (id, submission_id, group_id, name, kind, state, priority, position, slots, held, needs_open, attempts,
       tries, cause, exit_code, queued_ms, started_ms, ended_ms)
     VALUES (@id, @submission_id, @group_id, @name, 'command', @state, @priority, @id, 1, 0, 0, @attempts, @attempts,
       @cause, @exit_code, @queued_ms, @started_ms, @ended_ms)`,
  )
  const addSpec = db.prepare('INSERT INTO job_spec (job_id, spec) VALUES (?, ?)')
  const addAttempt = db.prepare(
    `INSERT INTO attempt (id, job_id, number, worker_id, pid, started_ms, ended_ms, cause, exit_code, signal)
     VALUES (@id, @id, 1, @worker_id, @pid, @started_ms, @ended_ms, @cause, @exit_code, @signal)`,
  )
  const counts = new Map<string, { group_id: number; state: string; count: number }>()
  for (let n = 0; n < jobs; n++) {
    const submission_id = Math.floor(n / JOBS_OF_A_SUBMISSION) + 1
    const row = rowOf(n, endedAt(n), submission_id)
    if (n % JOBS_OF_A_SUBMISSION === 0) {
      const count = Math.min(JOBS_OF_A_SUBMISSION, jobs - n)
      addSubmission.run(submission_id, row.name, row.queued_ms, n + 1, n + count, count)
    }
    addJob.run(row)
    addSpec.run(row.id, writeSpecText(specOf(n, cwd)))
    if (row.started_ms !== null)
      addAttempt.run({ ...row, worker_id: (n % 4) + 1, pid: 2_000 + (n % 30_000), signal: signalOf(row) })
    const key = `${row.group_id} ${row.state}`
    const counted = counts.get(key) ?? { group_id: row.group_id, state: row.state, count: 0 }
    counted.count += 1
    counts.set(key, counted)
  }
  const count = db.prepare('INSERT INTO counter (group_id, state, count) VALUES (@group_id, @state, @count)')
  for (const counted of counts.values()) count.run(counted)
  const mark = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
  mark.run('next_job_id', String(jobs + 1))
  mark.run('next_attempt_id', String(jobs + 1))
  mark.run('next_submission_id', String(Math.ceil(jobs / JOBS_OF_A_SUBMISSION) + 1))
}

function kindOf(n: number): Kind {
  const kind = KINDS[Math.floor(chance(n, 2) * KINDS.length)] ?? KINDS[0]
  if (kind === undefined) throw new Error('There are no kinds of jobs.')
  return kind
}

function specOf(n: number, cwd: string): JobSpec {
  const { group, name, argv } = kindOf(n)
  return {
    name: name(n),
    task: { kind: 'command', argv: [...argv(n)], shell_command: null },
    cwd,
    ...(group === 'default' ? {} : { group }),
  }
}

function rowOf(n: number, ended_ms: number, submission_id: number) {
  const { group, name, usual_ms } = kindOf(n)
  const end = endOf(n)
  // A long tail to the right, as durations have.
  const duration_ms = Math.round(usual_ms * Math.exp((chance(n, 3) + chance(n, 4) - 1) * 1.2))
  const started = end.state !== 'cancelled'
  return {
    id: n + 1,
    submission_id,
    group_id: GROUPS.indexOf(group) + 1,
    name: name(n),
    ...end,
    priority: n % 37 === 0 ? 10 : 0,
    attempts: started ? 1 : 0,
    queued_ms: ended_ms - duration_ms - Math.round(chance(n, 5) * 60_000),
    started_ms: started ? ended_ms - duration_ms : null,
    ended_ms,
  }
}

function signalOf({ cause }: Pick<End, 'cause'>): string | null {
  if (cause === 'signal') return 'SIGSEGV'
  return cause === 'timeout' ? 'SIGTERM' : null
}
