import { JobyardError, serialiseError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import type { LogSummary } from '../../shared/job.ts'
import type { ModuleTask, StopPolicy } from '../../shared/job-spec.ts'
import { MAX_INLINE_CHARS } from '../../shared/worker-protocol.ts'
import type { Outcome, RunOrder, WorkerEvent } from '../../shared/worker-protocol.ts'
import { ProcessTree } from '../process/process-group.ts'
import { attemptMark } from '../process/process-tree.ts'
import { AttemptReports } from './attempt-reports.ts'
import { MAX_TIMER_MS } from './attempt.ts'
import type { Attempt, WorkerContext } from './attempt.ts'
import { jobEnvironment } from './job-environment.ts'
import { ModuleJob } from './module-job.ts'
import type { ModuleJobHost } from './module-job.ts'
import type { JobFunction } from './module-loader.ts'
import { enterJob } from './module-surroundings.ts'
import { moduleError, notSerialisable } from './module-error.ts'
import { packResult } from './result-file.ts'
import { MemoryWatch } from './memory-watch.ts'
import { residentMemory } from '../process/process-usage.ts'

const SHORT_MS = 1

type Ending =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'failed'; readonly cause: 'exception' | 'spawn-error'; readonly error: SerialisedError }
  /** Its grace is over and it still runs. */
  | { readonly type: 'overdue' }

/**
 * An attempt of a module: a function called in this process. Between its start and its end stand as few promises as may
 * be, for a short job takes less time than they do.
 */
export class ModuleAttempt implements Attempt, ModuleJobHost {
  readonly order: RunOrder
  must_exit = false
  readonly #task: ModuleTask
  readonly #context: WorkerContext
  #resolve: (outcome: Outcome | Promise<Outcome>) => void = () => undefined
  #leave: (() => void) | null = null
  #from = 0
  #reports: AttemptReports | null = null
  #aborter: AbortController | null = null
  #stop_at: number | null = null
  #stop_timer: NodeJS.Timeout | null = null
  #over = false
  #memory: MemoryWatch | null = null

  constructor(order: RunOrder, task: ModuleTask, context: WorkerContext) {
    this.order = order
    this.#task = task
    this.#context = context
  }

  run(): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#announce()
      this.#watchMemory()
      this.#from = performance.now()
      this.#begin()
    })
  }

  #announce(): void {
    const { attempt_id } = this.order
    const started: WorkerEvent = {
      type: 'started',
      attempt_id,
      at_ms: Date.now(),
      pid: null,
      process_start: null,
    }
    // One that blocks the event loop could not be seen to run if this were not sent first.
    if (this.#context.short_modules.has(this.#task.module)) this.#context.emit(started)
    else this.#context.emitNow(started)
  }

  /** The job is a part of this process, so the whole of it counts, with what the job has started. */
  #watchMemory(): void {
    const { memory: limit, attempt_id } = this.order
    if (limit === undefined) return
    const mark = attemptMark(this.#context.init.data_id, attempt_id)
    const children = new ProcessTree({ head: null, mark })
    this.#memory = new MemoryWatch({
      limit,
      measure: async () => {
        const pids = process.platform === 'linux' ? children.pids() : []
        return process.memoryUsage.rss() + (await residentMemory(pids))
      },
      onOver: (memory_bytes) => {
        // What it holds is only given back for sure when this process ends.
        this.must_exit = true
        this.#context.emitNow({ type: 'over-memory', attempt_id, memory_bytes })
      },
    })
  }

  announce(): void {
    // Its start was emitted before it began.
  }

  #begin(): void {
    const { modules, output, init } = this.#context
    output.attach(this)
    try {
      this.#leave = enterJob(this.order, init)
    } catch (error) {
      this.#end({ type: 'failed', cause: 'spawn-error', error: serialiseError(error) })
      return
    }
    const run = modules.loaded(this.#task.module)
    if (run === null) {
      void modules.load(this.#task.module).then((loaded) => {
        this.#call(loaded)
      }, this.#onUnusable)
    } else this.#call(run)
  }

  #call(run: JobFunction): void {
    const { input_json } = this.order
    let input: unknown
    try {
      // Where this throws, what was stored is damaged.
      input = input_json === undefined ? this.#task.with : JSON.parse(input_json)
    } catch (error) {
      this.#onUnusable(error)
      return
    }
    try {
      void Promise.resolve(run(input, new ModuleJob(this))).then(this.#onReturned, this.#onThrown)
    } catch (error) {
      this.#onThrown(error)
    }
  }

  readonly #onUnusable = (error: unknown): void => {
    this.#end({ type: 'failed', cause: 'exception', error: serialiseError(error) })
  }

  readonly #onReturned = (value: unknown): void => {
    this.#end({ type: 'returned', value })
  }

  readonly #onThrown = (error: unknown): void => {
    this.#end({ type: 'failed', cause: 'exception', error: moduleError(error) })
  }

  /** What the module does, or the end of its grace: whichever comes first. */
  #end(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    const { short_modules, output } = this.#context
    if (performance.now() - this.#from < SHORT_MS) short_modules.add(this.#task.module)
    else short_modules.delete(this.#task.module)
    this.#leave?.()
    this.#memory?.close()
    output.detach()
    if (this.#stop_timer !== null) clearTimeout(this.#stop_timer)
    if (this.#stop_at === null) this.#resolve(this.#outcome(ending))
    else this.#resolve(this.#killChildren().then(() => this.#outcome(ending)))
  }

  environment(): NodeJS.ProcessEnv {
    return jobEnvironment(this.order, this.#context.init)
  }

  signal(): AbortSignal {
    return this.#abortController().signal
  }

  progress(fraction: number, message: string | null): void {
    if (!this.#over) this.#getReports().progress(fraction, message)
  }

  write(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    if (!this.#over) this.#getReports().log.write(stream, bytes)
  }

  #getReports(): AttemptReports {
    this.#reports ??= new AttemptReports(this.order, this.#context, true)
    return this.#reports
  }

  #abortController(): AbortController {
    if (this.#aborter === null) {
      this.#aborter = new AbortController()
      if (this.#stop_at !== null) this.#aborter.abort()
    }
    return this.#aborter
  }

  stop(policy: StopPolicy): void {
    if (this.#over) return
    const stop_at = performance.now() + policy.grace_ms
    if (this.#stop_at !== null && this.#stop_at <= stop_at) return
    this.#stop_at = stop_at
    if (this.#stop_timer !== null) clearTimeout(this.#stop_timer)
    this.#stop_timer = setTimeout(
      () => {
        this.#end({ type: 'overdue' })
      },
      Math.min(MAX_TIMER_MS, policy.grace_ms),
    )
    this.#aborter?.abort()
  }

  suspend(): Promise<void> {
    return Promise.reject(cannotSuspend())
  }

  resume(): void {
    throw cannotSuspend()
  }

  abandon(error: unknown): Outcome | null {
    if (this.#over) return null
    this.#over = true
    this.#context.output.detach()
    const log = this.#reports?.log.finishSync() ?? null
    this.#reports?.flush()
    const told = moduleError(error)
    return this.#failed('exception', { ...told, message: `Not caught: ${told.message}` }, log)
  }

  /** A stopped job takes along the processes it started, as far as they can be told (Linux). */
  async #killChildren(): Promise<void> {
    if (process.platform !== 'linux') return
    const mark = attemptMark(this.#context.init.data_id, this.order.attempt_id)
    await new ProcessTree({ head: null, mark }).kill()
  }

  #outcome(ending: Ending): Outcome | Promise<Outcome> {
    const log = this.#reports?.log.finishSync() ?? null
    this.#reports?.flush()
    switch (ending.type) {
      case 'returned':
        return this.#succeeded(ending.value, log)
      case 'failed':
        return this.#failed(ending.cause, ending.error, log)
      case 'overdue': {
        this.must_exit = true
        const message =
          'The job did not end within its grace after it was asked to, so its worker process was ended.'
        const error: SerialisedError = { code: 'MODULE_THREW', message }
        return {
          cause: 'signal',
          exit_code: null,
          signal: 'SIGKILL',
          error,
          stopped: true,
          result: null,
          log,
        }
      }
    }
  }

  #succeeded(value: unknown, log: LogSummary | null): Outcome | Promise<Outcome> {
    let json
    try {
      json = toJson(value)
    } catch (error) {
      return this.#failed('exception', notSerialisable(error), log)
    }
    if (json === undefined) return this.#returned(null, log)
    if (json.length <= MAX_INLINE_CHARS) return this.#returned({ json }, log)
    return packResult(json, this.#context.init.result_dir, this.order.attempt_id).then(
      (result) => this.#returned(result, log),
      (error: unknown) => this.#failed('exception', notSerialisable(error), log),
    )
  }

  #returned(result: Outcome['result'], log: LogSummary | null): Outcome {
    const stopped = this.#stop_at !== null
    return { cause: 'exit', exit_code: 0, signal: null, error: null, stopped, result, log }
  }

  #failed(cause: 'exception' | 'spawn-error', error: SerialisedError, log: LogSummary | null): Outcome {
    return { cause, exit_code: null, signal: null, error, stopped: this.#stop_at !== null, result: null, log }
  }
}

/** @returns undefined where the job returned nothing */
function toJson(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const json: unknown = JSON.stringify(value)
  if (typeof json === 'string') return json
  throw new TypeError(`a ${typeof value} has no form in JSON`)
}

function cannotSuspend(): JobyardError {
  return new JobyardError(
    'UNSUPPORTED_KIND',
    'A module job runs inside its worker process and cannot be suspended alone. Cancel it, or pause its group to hold back the next ones.',
  )
}
