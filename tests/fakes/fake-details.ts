/** What a `FakeYard` tells of single jobs and of the past: attempts, output, results, searches, exports, statistics. */
import type { Handlers } from '../../shared/ipc.ts'
import type { Attempt, Cause } from '../../shared/job.ts'
import { isActive, isEnded, isWaiting } from '../../shared/job.ts'
import type { HistoryBucket } from '../../shared/history-stats.ts'
import type { JobDetails, NeedLink } from '../../shared/status.ts'
import type { FakeJob, FakeYard } from './fake-yard.ts'

type Details = Pick<
  Handlers,
  'job:show' | 'job:log' | 'jobs:search-output' | 'jobs:export' | 'history:stats' | 'jobs:prune'
>

const DAY_MS = 86_400_000
/** A job prints so often, and so many lines at once. */
const PRINT_EVERY_MS = 120
const LOUD_LINES = 300_000
const CAUSES: readonly Cause[] = ['exit', 'exit', 'exit', 'timeout', 'signal', 'exception', 'memory']
const ESC = '\u001b'

/** Adds jobs that ended in the days before now, the newest with the highest id. */
export function fillHistory(yard: FakeYard, count: number, days: number, now_ms: number): void {
  for (let at = 0; at < count; at += 1) {
    const share = (at + 1) / count
    const ended_ms = now_ms - days * DAY_MS * (1 - share) - 5_000
    const takes_ms = 900 + ((at * 7_919) % 26_000) + (at % 29 === 0 ? 120_000 : 0)
    const fails = at % 11 === 4
    const cancelled = at % 23 === 7
    const cause: Cause = cancelled ? 'user' : fails ? (CAUSES[at % CAUSES.length] ?? 'exit') : 'exit'
    yard.add(`${NAMES[at % NAMES.length] ?? 'job'} ${at + 1}`, {
      state: cancelled ? 'cancelled' : fails ? 'failed' : 'succeeded',
      group: at % 5 === 0 ? 'media' : 'default',
      attempts: cancelled ? 0 : fails ? 3 : 1,
      cause,
      exit_code: cause === 'exit' ? (fails ? 1 + (at % 3) : 0) : null,
      queued_ms: ended_ms - takes_ms - 2_000,
      started_ms: ended_ms - takes_ms,
      ended_ms,
      takes_ms,
    })
  }
}

const NAMES = ['transcode interview.mov', 'index shard', 'nightly backup', 'train fold', 'thumbnail']

export function fakeDetails(yard: FakeYard, now: () => number): Details {
  return {
    'job:show': ({ job_id }) => {
      const job = yard.jobs.get(job_id)
      return Promise.resolve(job === undefined ? null : detailsOf(yard, job))
    },
    'job:log': ({ attempt_id, from, max_bytes }) => {
      const job = yard.jobs.get(Math.floor(attempt_id / 100))
      if (job === undefined) return Promise.resolve({ chunks: [], next: from ?? '0', at_end: true })
      return Promise.resolve(pieceOf(job, attempt_id % 100, Number(from ?? '0'), max_bytes, now()))
    },
    'jobs:search-output': async ({ filter, text, limit, before_id }) => {
      await new Promise((resolve) => setTimeout(resolve, 250))
      const jobs = yard.matching(filter).filter((job) => isEnded(job.state) && job.attempts > 0)
      const newest = jobs
        .sort((a, b) => b.id - a.id)
        .filter((job) => before_id === null || job.id < before_id)
      const looked = newest.slice(0, limit * 4)
      return {
        matches: looked
          .filter((job) => job.id % 4 === 0)
          .map((job) => ({
            job: yard.row(job),
            attempt_id: job.id * 100 + job.attempts,
            line: `frame ${job.id}: wrote ${text} to /srv/out/${job.id}.bin in 12 ms`,
          })),
        next: looked.length < newest.length ? (looked.at(-1)?.id ?? null) : null,
      }
    },
    'jobs:export': async ({ filter, export_id }) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      const jobs = yard.matching(filter)
      const from = Number(export_id ?? '0')
      const page = jobs.slice(from, from + 200)
      return {
        text: page.map((job) => `${JSON.stringify(job)}\n`).join(''),
        export_id: from + 200 < jobs.length ? String(from + 200) : null,
      }
    },
    'jobs:prune': ({ older_than_ms }) => {
      const old = yard.matching({ states: ['succeeded', 'failed', 'cancelled', 'skipped'] })
      const gone = old.filter((job) => job.ended_ms < now() - older_than_ms)
      for (const job of gone) {
        yard.jobs.delete(job.id)
        yard.reorder(job)
      }
      return Promise.resolve({ count: gone.length, action_ids: [] })
    },
    'history:stats': ({ filter, from_ms, to_ms, buckets }) => {
      const bucket_ms = Math.max(1, Math.ceil((to_ms - from_ms) / buckets))
      const ended = yard.matching(filter ?? {}).filter((job) => isEnded(job.state))
      const causes = new Map<Cause, number>()
      for (const job of ended)
        if (job.state === 'failed') causes.set(job.cause, (causes.get(job.cause) ?? 0) + 1)
      return Promise.resolve({
        bucket_ms,
        buckets: Array.from({ length: buckets }, (_, at) =>
          bucketOf(ended, from_ms + at * bucket_ms, bucket_ms),
        ),
        causes: [...causes].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count),
      })
    },
  }
}

function bucketOf(jobs: readonly FakeJob[], from_ms: number, bucket_ms: number): HistoryBucket {
  const here = jobs.filter((job) => job.ended_ms >= from_ms && job.ended_ms < from_ms + bucket_ms)
  const times = here.filter((job) => job.attempts > 0).map((job) => job.ended_ms - job.started_ms)
  times.sort((a, b) => a - b)
  const count = (state: string): number => here.filter((job) => job.state === state).length
  return {
    from_ms,
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    p50_ms: times[Math.floor(times.length * 0.5)] ?? null,
    p95_ms: times[Math.floor(times.length * 0.95)] ?? null,
  }
}

function detailsOf(yard: FakeYard, job: FakeJob): JobDetails {
  const attempts = attemptsOf(job)
  const needs = [job.id - 1, job.id - 2].flatMap((id) => linkTo(yard, id, 'success'))
  const dependents = [job.id + 1].flatMap((id) => linkTo(yard, id, job.id % 2 === 0 ? 'success' : 'always'))
  return {
    ...yard.row(job),
    spec: {
      name: job.name,
      task: {
        kind: 'command',
        argv: ['ffmpeg', '-i', 'my input.mov', '-c:v', 'libx265', '--preset=slow', `out/${job.id}.mp4`],
        shell_command: null,
      },
      cwd: '/home/ada/projects/film',
      env: { FFREPORT: 'level=32', OUT_DIR: '/mnt/render farm/out' },
      group: job.group,
      priority: job.priority,
      timeout_ms: 600_000,
      retry: {
        ...{ limit: 2, backoff: 'exponential', interval_ms: 10_000, max_ms: 120_000, jitter: 0.1 },
        ...{ exit_codes: null, causes: ['exit', 'timeout'] },
      },
      source: { file: '/home/ada/projects/film/jobs.yaml', line: 4 },
    },
    attempts,
    submission: { label: 'jobs.yaml', created_ms: job.queued_ms - 40 },
    ...{ needs, needs_count: needs.length, dependents, dependents_count: dependents.length },
  }
}

function linkTo(yard: FakeYard, job_id: number, condition: NeedLink['condition']): NeedLink[] {
  const job = yard.jobs.get(job_id)
  if (job === undefined) return []
  const status = isEnded(job.state) ? (job.state === 'succeeded' ? 'met' : 'unmeetable') : 'open'
  return [{ job_id, condition, status, name: job.name, state: job.state }]
}

function attemptsOf(job: FakeJob): Attempt[] {
  const count = isWaiting(job.state) && job.state !== 'retrying' ? 0 : job.attempts
  return Array.from({ length: count }, (_, at) => {
    const is_last = at === count - 1 && job.state !== 'retrying'
    const back_ms = (count - 1 - at) * (job.takes_ms + 12_000)
    const started_ms = job.started_ms - back_ms
    const is_over = !is_last || !isActive(job.state)
    const is_bad = !is_last || job.state === 'failed'
    return {
      ...{ id: job.id * 100 + at + 1, job_id: job.id, number: at + 1, pid: 40_000 + job.id, started_ms },
      ended_ms: is_over ? (is_last ? job.ended_ms : started_ms + job.takes_ms) : null,
      cause: is_over ? (is_last ? job.cause : 'exit') : null,
      exit_code: is_over ? (is_last ? job.exit_code : 1) : null,
      signal: is_over && is_last && job.cause === 'signal' ? 'SIGSEGV' : null,
      error: is_over && is_bad ? 'Conversion failed: the decoder met invalid data at 00:12:41.' : null,
      result: is_over && !is_bad ? resultOf(job) : null,
      log: { stdout_bytes: 182_044, stderr_bytes: 4_120, cut_bytes: 0 },
    }
  })
}

function resultOf(job: FakeJob): string | null {
  if (job.id % 50 === 0)
    return JSON.stringify(Array.from({ length: 150_000 }, (_, at) => ({ at, name: `frame ${at}` })))
  return JSON.stringify({
    output: `/mnt/render farm/out/${job.id}.mp4`,
    frames: 18_204,
    duration_s: 728.16,
    ok: true,
    warnings: [],
    streams: [
      { kind: 'video', codec: 'hevc', width: 3_840, height: 2_160, profile: null },
      { kind: 'audio', codec: 'opus', channels: 2, rate: 48_000 },
    ],
  })
}

type Piece = Awaited<ReturnType<Handlers['job:log']>>

function pieceOf(job: FakeJob, attempt: number, from: number, max_bytes: number, now_ms: number): Piece {
  const is_loud = job.id % 10 === 0
  const started_ms = job.started_ms
  const is_running = isActive(job.state)
  const length = is_running
    ? Math.floor((now_ms - started_ms) / PRINT_EVERY_MS)
    : is_loud
      ? LOUD_LINES
      : Math.ceil(job.takes_ms / PRINT_EVERY_MS)
  const chunks: Piece['chunks'][number][] = []
  let bytes = 0
  let at = from
  while (at < length && bytes < max_bytes) {
    const chunk = chunkOf(at, attempt, started_ms + at * (is_loud ? 1 : PRINT_EVERY_MS), length)
    chunks.push(chunk)
    bytes += chunk.text.length
    at += 1
  }
  return { chunks, next: String(at), at_end: at >= length }
}

function chunkOf(at: number, attempt: number, at_ms: number, length: number): Piece['chunks'][number] {
  const out = (text: string) => ({ stream: 'stdout' as const, at_ms, text })
  if (at === 0)
    return { stream: 'note', at_ms, text: `[jobyard] Attempt ${attempt} runs beside the original.\n` }
  if (at === 1)
    return out(`${ESC}[1mffmpeg${ESC}[0m version 7.1 Copyright (c) 2000-2024 the FFmpeg developers\n`)
  if (at === 40) return out(`{"config":"${'x264 --crf 23 '.repeat(300)}"}\n`)
  if (at % 37 === 11)
    return {
      stream: 'stderr',
      at_ms,
      text: `${ESC}[33m[hevc @ 0x55d2]${ESC}[0m Could not find ref with POC ${at}\n`,
    }
  if (at % 53 === 21)
    return { stream: 'stderr', at_ms, text: `${ESC}[1;31merror${ESC}[0m: packet ${at} is corrupt, skipped\n` }
  if (at % 9 < 5)
    return out(`\rframe=${at * 24} fps=118 q=28.0 ${ESC}[32m${Math.floor((at / length) * 100)}%${ESC}[0m`)
  if (at % 9 === 5) return out('\n')
  return out(
    `  Stream #0:${at % 4} -> #0:${at % 4} (${ESC}[36mh264${ESC}[0m (native) -> ${ESC}[35mhevc${ESC}[0m (libx265))\n`,
  )
}
