import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { createEngine } from '../../electron/engine/create-engine.ts'
import type { DataPaths } from '../../electron/engine/store/data-dir.ts'
import { dataPaths, prepareDataDir } from '../../electron/engine/store/data-dir.ts'
import type { AnswerOf } from '../../electron/engine/store/store-queries.ts'
import type { Store } from '../../electron/engine/store/store.ts'
import { openThreadStore } from '../../electron/engine/store/thread-store.ts'
import { readLog } from '../../electron/engine/store/log-store.ts'
import type { Submission } from '../../electron/engine/submissions/submitter.ts'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import type { SpawnWorkerProcess } from '../../electron/engine/worker-pool/worker-process.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import type { JobState } from '../../shared/job.ts'
import type { JobSpec, NewJob, RetryPolicy } from '../../shared/job-spec.ts'
import type { LogStream } from '../../shared/log-format.ts'
import type { ToWorker } from '../../shared/worker-protocol.ts'
import type { EndedJob } from '../../shared/status.ts'

export const STORE_THREAD = join(import.meta.dirname, '../../electron/engine/store/store-thread.ts')
export const WORKER_ENTRY = join(import.meta.dirname, '../../electron/worker/worker.ts')
/** A job module that does what its input says; see there. */
const ACT = join(import.meta.dirname, '../fixtures/engine/act.mjs')
const WAIT_MS = 15_000
const CLOSE_MS = 12_000

type JobPage = NonNullable<AnswerOf<'job'>>
type SpecPart = Partial<Omit<JobSpec, 'task'>>

/** A folder of the running test with its real path, removed when the test is over. */
export function testFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-engine-')))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return folder
}

/** A job that runs a line of shell. */
export function shell(shell_command: string, more: SpecPart = {}): JobSpec {
  return { name: shell_command, cwd: tmpdir(), task: { kind: 'command', argv: null, shell_command }, ...more }
}

/** A job that runs the module `act.mjs` with this input, or another module. */
export function act(
  input: Readonly<Record<string, string | number>>,
  more: SpecPart = {},
  module = ACT,
): JobSpec {
  return {
    name: `act ${String(input['act'])}`,
    cwd: tmpdir(),
    task: { kind: 'module', module, with: { ...input } },
    ...more,
  }
}

/** A retry policy without waiting, unless a test says otherwise. */
export function retry(limit: number, more: Partial<RetryPolicy> = {}): RetryPolicy {
  return {
    ...{ limit, backoff: 'fixed', interval_ms: 0, max_ms: 60_000, jitter: 0, exit_codes: null },
    causes: ['exit', 'exception', 'signal', 'timeout', 'memory', 'spawn-error'],
    ...more,
  }
}

export interface RealEngineOptions {
  readonly concurrency?: number
  /** Of an earlier engine of the test; by default a new one. */
  readonly dir?: string
  /** False: the engine is opened only. */
  readonly start?: boolean
  /** Puts a store of the test between the engine and the real one. Such an engine takes no owner lock. */
  readonly wrapStore?: (store: Store) => Store
  /** Hears what is sent to workers. */
  readonly onSend?: (message: ToWorker) => void
  /** The clock. Such an engine takes no owner lock either. */
  readonly now?: () => number
}

/** An engine on a real data directory with real worker processes, closed when the test is over. */
export async function openEngine(options: RealEngineOptions = {}): Promise<RealEngine> {
  const dir = options.dir ?? join(testFolder(), 'data')
  const faults: SerialisedError[] = []
  const log = (fault: SerialisedError): void => {
    faults.push(fault)
  }
  const spawnWorker = listening(forkWorkerProcess({ entry: WORKER_ENTRY }), options.onSend)
  const { concurrency, now } = options
  const wrapStore = options.wrapStore ?? (now === undefined ? undefined : (store: Store) => store)
  const opened =
    wrapStore === undefined
      ? await createEngine({
          data_dir: dir,
          host: 'cli',
          store_thread: STORE_THREAD,
          spawnWorker,
          concurrency,
          log,
        })
      : await openWith(dir, wrapStore, {
          ...{ spawnWorker, concurrency, log },
          ...(now === undefined ? {} : { now }),
        })
  const real = new RealEngine(opened.engine, opened.paths, opened.close, faults)
  onTestFinished(() => closeOrKill(real))
  if (options.start ?? true) await real.engine.start()
  return real
}

function listening(spawn: SpawnWorkerProcess, onSend?: (message: ToWorker) => void): SpawnWorkerProcess {
  return (listener) => {
    const worker = spawn(listener)
    return {
      get pid() {
        return worker.pid
      },
      send: (message) => {
        onSend?.(message)
        return worker.send(message)
      },
      kill: () => {
        worker.kill()
      },
    }
  }
}

/** An engine that does not close has failed the test already; its workers are not to go on. */
async function closeOrKill(real: RealEngine): Promise<void> {
  const pids = real.workerPids()
  const late = setTimeout(() => {
    for (const pid of pids) process.kill(pid, 'SIGKILL')
  }, CLOSE_MS)
  await real.close()
  clearTimeout(late)
}

async function openWith(
  dir: string,
  wrapStore: (store: Store) => Store,
  options: Pick<Parameters<typeof Engine.open>[0], 'spawnWorker' | 'concurrency' | 'log' | 'now'>,
): Promise<{ engine: Engine; paths: DataPaths; close: () => Promise<void> }> {
  const paths = dataPaths(dir)
  prepareDataDir(dir)
  const store = wrapStore(await openThreadStore({ file: paths.database, entry: STORE_THREAD }))
  const engine = await Engine.open({ store, paths, ...options })
  return { engine, paths, close: () => engine.close() }
}

/** The sentences that the tests of the engine say again and again. */
export class RealEngine {
  readonly engine: Engine
  readonly paths: DataPaths
  /** What the engine logged of its own faults. */
  readonly faults: readonly SerialisedError[]
  readonly close: () => Promise<void>

  constructor(
    engine: Engine,
    paths: DataPaths,
    close: () => Promise<void>,
    faults: readonly SerialisedError[],
  ) {
    this.engine = engine
    this.paths = paths
    this.close = close
    this.faults = faults
  }

  get dir(): string {
    return this.paths.dir
  }

  /** Path of a file of the test, beside the data directory. */
  path(name: string): string {
    return join(this.paths.dir, '..', name)
  }

  /** Writes such a file. */
  file(name: string, content: string): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** Whole lines of such a file so far. */
  lines(name: string): string[] {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8').split('\n').slice(0, -1) : []
  }

  /** @returns the ids, in order */
  async submit(...jobs: readonly (JobSpec | NewJob)[]): Promise<number[]> {
    const { first_id, count } = await this.submitAll(jobs)
    return Array.from({ length: count }, (_, index) => first_id + index)
  }

  async submitOne(job: JobSpec | NewJob): Promise<number> {
    const [id = 0] = await this.submit(job)
    return id
  }

  submitAll(jobs: readonly (JobSpec | NewJob)[]): Promise<Submission> {
    return this.engine.submit(jobs.map((job) => ('spec' in job ? job : { spec: job })))
  }

  /** Submits and waits for the ends, which are given in the order of the jobs. */
  async run(...jobs: readonly (JobSpec | NewJob)[]): Promise<EndedJob[]> {
    const submission = await this.submitAll(jobs)
    const ended: EndedJob[] = []
    for await (const job of this.engine.results(submission, AbortSignal.timeout(WAIT_MS))) ended.push(job)
    return ended.sort((a, b) => a.id - b.id)
  }

  async page(job_id: number): Promise<JobPage> {
    const page = await this.engine.store.query({ type: 'job', job_id })
    if (page === null) throw new Error(`Job ${job_id} is not there.`)
    return page
  }

  async state(job_id: number): Promise<JobState> {
    return (await this.page(job_id)).job.state
  }

  states(job_ids: readonly number[]): Promise<JobState[]> {
    return Promise.all(job_ids.map((id) => this.state(id)))
  }

  /** `{ queued: 2 }`, over all groups. */
  async counts(): Promise<Partial<Record<JobState, number>>> {
    const sums: Partial<Record<JobState, number>> = {}
    for (const { state, count } of await this.engine.store.query({ type: 'counters' })) {
      sums[state] = (sums[state] ?? 0) + count
    }
    return sums
  }

  /** Waits until the job is in one of the states. */
  async reaches(job_id: number, ...states: readonly JobState[]): Promise<JobPage> {
    let page = await this.page(job_id)
    await this.until(
      async () => {
        page = await this.page(job_id)
        return states.includes(page.job.state)
      },
      `job ${job_id} to be ${states.join(' or ')}`,
    )
    return page
  }

  /** Waits until a condition holds; it is looked at whenever a job, the pool or a worker changed. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const changed = this.#change(deadline)
      if (await condition()) return
      if (deadline.aborted) throw new Error(`Waited in vain for ${what}. ${await this.describe()}`)
      await changed
    }
  }

  #change(deadline: AbortSignal): Promise<void> {
    const { bus } = this.engine
    return new Promise((resolve) => {
      const done = (): void => {
        for (const end of ends) end()
        deadline.removeEventListener('abort', done)
        resolve()
      }
      const names = [
        'job:changed',
        'pool:changed',
        'group:changed',
        'worker:changed',
        'engine:fault',
        'job:output',
      ] as const
      const ends = names.map((name) => bus.on(name, done))
      deadline.addEventListener('abort', done)
    })
  }

  async describe(): Promise<string> {
    const { faults, engine } = this
    return JSON.stringify({
      counts: await this.counts(),
      pool: engine.poolStatus(),
      workers: engine.workers(),
      faults,
    })
  }

  /** Pids of the workers that are up. */
  workerPids(): number[] {
    return this.engine.workers().flatMap(({ pid }) => (pid === null ? [] : [pid]))
  }

  /** The pid of the worker that runs the job. */
  workerOf(job_id: number): number {
    const worker = this.engine.workers().find(({ job_ids }) => job_ids.includes(job_id))
    if (worker?.pid == null) throw new Error(`No worker runs job ${job_id}.`)
    return worker.pid
  }

  /** What the latest attempt of the job printed, as bytes. */
  async output(job_id: number, stream: LogStream = 'stdout'): Promise<Buffer> {
    const { attempts } = await this.page(job_id)
    const attempt = attempts.at(-1)
    if (attempt === undefined) return Buffer.alloc(0)
    const parts: Uint8Array[] = []
    for await (const { bytes } of readLog(this.paths.logs, attempt.id, { streams: [stream] }))
      parts.push(bytes)
    return Buffer.concat(parts)
  }
}
