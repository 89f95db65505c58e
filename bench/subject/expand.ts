import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { dirname } from 'node:path'
import type { OwnedEngine } from '../../electron/engine/create-engine.ts'
import { readJobFiles } from '../../electron/engine/job-files/read-job-files.ts'
import { endSpareReader } from '../../electron/engine/job-files/reader-threads.ts'
import type { JobFilesRead } from '../../electron/engine/job-files/read-job-files.ts'
import { submitFiles } from '../../electron/engine/submissions/submit-files.ts'
import { readWrittenJob } from '../../electron/engine/store/written-job.ts'
import type { WrittenJob } from '../../electron/engine/store/written-job.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import { expandInput, fileInput, type Reply } from '../harness/contract.ts'
import { BYTES_PER_MB, perSecond } from '../harness/stats.ts'
import { BUILT } from './built.ts'
import { openEngine } from './owned-engine.ts'

/** Jobs that the sheet of a drop shows. */
const PAGE_JOBS = 200

function read(
  file: string,
  onJobs: (jobs: readonly WrittenJob[]) => Promise<void>,
  wanted?: number,
): Promise<JobFilesRead> {
  const place = { paths: [file], cwd: dirname(file), recursive: false, script_dir: null }
  const findJobs = (ids: readonly number[]): Promise<readonly number[]> => Promise.resolve(ids)
  const options = { ...place, entry: BUILT.job_file_thread, findJobs, onJobs }
  return readJobFiles(wanted === undefined ? options : { ...options, wanted })
}

/** Until the first page is there, and until all jobs are counted and all faults known, thread started anew each time. */
export async function preview(raw: unknown): Promise<Reply> {
  const { file, jobs } = fileInput.parse(raw)
  await endSpareReader()
  const start = performance.now()
  const pages: number[] = []
  const { count } = await read(
    file,
    () => {
      pages.push(performance.now() - start)
      return Promise.resolve()
    },
    PAGE_JOBS,
  )
  const all_ms = performance.now() - start
  const [first_page_ms] = pages
  if (count !== jobs || first_page_ms === undefined) throw new Error(`${count} jobs were read of ${jobs}`)
  return { first_page_ms, whole_ms: all_ms }
}

/** How much a process grows that reads the file and keeps nothing. */
export async function readMemory(raw: unknown): Promise<Reply> {
  const { file, jobs } = fileInput.parse(raw)
  await endSpareReader()
  const before = process.memoryUsage.rss()
  let peak = before
  const { count } = await read(file, () => {
    peak = Math.max(peak, process.memoryUsage.rss())
    return Promise.resolve()
  })
  if (count !== jobs) throw new Error(`${count} jobs were read of ${jobs}`)
  return { reader_mb: (peak - before) / BYTES_PER_MB }
}

/**
 * The file from the disk into the queue: by a thread that starts for it, and by the one that has previewed it, as when a
 * person drops it; and the same jobs from memory, in bulk. Each into an engine of its own.
 */
export async function expand(raw: unknown): Promise<Reply> {
  const { directory, cold_directory, bulk_directory, file, jobs } = expandInput.parse(raw)
  const submitFile = ({ engine }: OwnedEngine): Promise<unknown> =>
    submitFiles({ engine, label: 'file', skip_bad: false, read: (onJobs) => read(file, onJobs) })
  await endSpareReader()
  const cold_per_s = await timed(cold_directory, jobs, submitFile)
  await endSpareReader()
  await read(file, () => Promise.resolve(), PAGE_JOBS)
  const submit_per_s = await timed(directory, jobs, submitFile)
  const list: NewJob[] = []
  await read(file, (batch) => {
    list.push(...batch.map(readWrittenJob))
    return Promise.resolve()
  })
  const bulk_per_s = await timed(bulk_directory, jobs, ({ engine }) => engine.submit(list))
  return { submit_per_s, cold_per_s, bulk_per_s }
}

async function timed(
  directory: string,
  jobs: number,
  submit: (owned: OwnedEngine) => Promise<unknown>,
): Promise<number> {
  const owned = await openEngine(directory, 1)
  const start = performance.now()
  await submit(owned)
  const rate = perSecond(jobs, performance.now() - start)
  const counters = await owned.engine.store.query({ type: 'counters' })
  const stored = counters.reduce((sum, { count }) => sum + count, 0)
  await owned.close()
  if (stored !== jobs) throw new Error(`${stored} jobs were stored of ${jobs}`)
  return rate
}
