import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { JobSpec, NewJob } from '../../shared/job-spec.ts'
import { STORE_THREAD, WORKER_ENTRY } from './real-engine.ts'
import { eventually } from './worker-harness.ts'

const OWNER = join(import.meta.dirname, '../fixtures/engine/owner.ts')
const WAIT_MS = 60_000

const saidSchema = z.object({
  recovery: z
    .object({
      interrupted: z.int(),
      given_back: z.int(),
      cause: z.string().nullable(),
      dropped_submissions: z.int(),
    })
    .optional(),
  worker: z.int().optional(),
  running: z.int().optional(),
  submitted: z.object({ first_id: z.int(), count: z.int() }).optional(),
  streamed: z.int().optional(),
  idle: z.boolean().optional(),
  rss_mb: z.number().optional(),
  peak_mb: z.number().optional(),
  counted: z.int().optional(),
  fault: z.unknown().optional(),
})
type Said = z.infer<typeof saidSchema>

export interface OwnerOptions {
  readonly concurrency?: number
  readonly jobs?: readonly (JobSpec | NewJob)[]
  readonly half?: number
  readonly backlog?: number
}

/** A process of its own that owns a data directory and works its queue until it is idle; killed at the end of the test. */
export class OwnerProcess {
  readonly said: Said[] = []
  readonly exited: Promise<unknown>
  readonly #child: ChildProcess

  constructor(dir: string, options: OwnerOptions = {}) {
    const jobs = (options.jobs ?? []).map((job) => ('spec' in job ? job : { spec: job }))
    const { concurrency = 2, half = 0, backlog = 0 } = options
    const wish = { dir, store_thread: STORE_THREAD, worker: WORKER_ENTRY, concurrency, jobs, half, backlog }
    const child = spawn(process.execPath, [OWNER], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.end(JSON.stringify(wish))
    this.#child = child
    this.exited = once(child, 'exit')
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.said.push(saidSchema.parse(JSON.parse(line)))
    })
    onTestFinished(async () => {
      await this.kill()
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Pids of all workers it ever had. */
  get workers(): number[] {
    return [...new Set(this.said.flatMap(({ worker }) => worker ?? []))]
  }

  /** Waits until it has said that. @returns all it said with that in it */
  async says(what: keyof Said, deadline_ms = WAIT_MS): Promise<Said[]> {
    const found = (): Said[] => this.said.filter((line) => line[what] !== undefined)
    await eventually(() => found().length > 0, `the owner to say "${what}"`, deadline_ms)
    return found()
  }

  /** SIGKILL; to its workers at once, too, where `workers` says so. */
  async kill(workers = false): Promise<void> {
    const pids = workers ? this.workers : []
    this.#child.kill('SIGKILL')
    for (const pid of pids) killIfThere(pid)
    await this.exited
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
