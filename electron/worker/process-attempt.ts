import { spawn } from 'node:child_process'
import { JobyardError, serialiseError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import type { CommandTask, ScriptTask, StopPolicy } from '../../shared/job-spec.ts'
import type { Outcome, RunOrder, WorkerEvent } from '../../shared/worker-protocol.ts'
import { ProcessTree } from '../process/process-group.ts'
import { attemptMark } from '../process/process-tree.ts'
import { readStartTime } from '../process/start-time.ts'
import { AttemptReports } from './attempt-reports.ts'
import type { Attempt, WorkerContext } from './attempt.ts'
import { jobEnvironment } from './job-environment.ts'
import { prepareLaunch } from './launch.ts'
import type { Launch } from './launch.ts'
import { ProcessOutput } from './process-output.ts'
import type { JobProcess } from './process-output.ts'
import { ProcessStop } from './process-stop.ts'
import { packResult } from './result-file.ts'
import { MemoryWatch } from './memory-watch.ts'
import { residentMemory } from '../process/process-usage.ts'
import { explainSpawnError } from './spawn-error.ts'

/**
 * A process is told of, and written down with its start time, when it has lived so long, or has something to report. What
 * ends before is told and stored at one stroke: most of what a short command would else cost beside its spawn.
 */
const ANNOUNCE_MS = 20

interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** A job's process while it runs. */
interface Running {
  readonly pid: number
  readonly tree: ProcessTree
  readonly exited: Promise<Exit>
}

/** An attempt of a command or a script: a process group of its own. */
export class ProcessAttempt implements Attempt {
  readonly order: RunOrder
  readonly must_exit = false
  readonly #task: CommandTask | ScriptTask
  readonly #context: WorkerContext
  #running: Running | null = null
  #head_ended = false
  #over = false
  #stop: ProcessStop | null = null
  /** Tells the owner that the process runs, while it has not been told. */
  #announceIt: (() => void) | null = null
  /** Asked to stop before there was a process. */
  #stopped_early: StopPolicy | null = null
  readonly #unkillable = Promise.withResolvers<Exit>()

  constructor(order: RunOrder, task: CommandTask | ScriptTask, context: WorkerContext) {
    this.order = order
    this.#task = task
    this.#context = context
  }

  async run(): Promise<Outcome> {
    const env = jobEnvironment(this.order, this.#context.init)
    const at_ms = Date.now()
    let launch: Launch
    try {
      launch = await prepareLaunch(this.order, this.#task, env, this.#context)
    } catch (error) {
      this.#started(at_ms, null, null)
      return this.#notSpawned(error, this.order.name, env)
    }
    try {
      if (this.#stopped_early !== null) {
        this.#started(at_ms, null, null)
        return neverRan(this.#stopped_early)
      }
      return await this.#runProcess(launch, env, at_ms)
    } finally {
      this.#over = true
      launch.dispose()
    }
  }

  async #runProcess(launch: Launch, env: NodeJS.ProcessEnv, at_ms: number): Promise<Outcome> {
    let child: JobProcess
    try {
      child = spawn(launch.program, launch.args, {
        cwd: this.order.cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group and session of its own: signals of our terminal do not reach it, and ours reach all of it.
        detached: process.platform !== 'win32',
        windowsHide: true,
        windowsVerbatimArguments: launch.verbatim,
      })
    } catch (error) {
      this.#started(at_ms, null, null)
      return this.#notSpawned(error, launch.program, env)
    }
    const { pid } = child
    if (pid === undefined) {
      const error = await new Promise<unknown>((resolve) => child.once('error', resolve))
      this.#started(at_ms, null, null)
      return this.#notSpawned(error, launch.program, env)
    }
    return this.#watch(child, pid, launch, at_ms)
  }

  async #watch(child: JobProcess, pid: number, launch: Launch, at_ms: number): Promise<Outcome> {
    const { attempt_id } = this.order
    const announcing = setTimeout(() => {
      this.announce()
    }, ANNOUNCE_MS)
    this.#announceIt = () => {
      clearTimeout(announcing)
      this.#started(at_ms, pid, this.#head_ended ? null : this.#markProcess(pid))
    }
    const { init } = this.#context
    const emit = (event: WorkerEvent): void => {
      this.announce()
      this.#context.emit(event)
    }
    const reports = new AttemptReports(this.order, { init, emit }, false, (full) => {
      output.setPaused(full)
    })
    const output = new ProcessOutput(child, reports)
    if (launch.note !== null) reports.log.note(launch.note)
    const exited = new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal })
      })
    })
    // Sending a signal to a process that has just gone.
    child.on('error', () => undefined)
    const tree = new ProcessTree({
      head: { pid, start: null, own_child: true },
      mark: attemptMark(init.data_id, attempt_id),
    })
    this.#running = { pid, tree, exited }
    const memory = this.#watchMemory(tree, emit)

    const exit = await Promise.race([exited, this.#unkillable.promise])
    memory?.close()
    this.#head_ended = true
    this.announce()
    const left = (await this.#stop?.done) ?? []
    await output.finish()
    const log = await reports.log.finish()
    reports.flush()
    const stopped = this.#stop?.reached_head ?? false
    const result = await this.#packResult(output.result)
    const error = result.error ?? leftError(left)
    return { ...causeOf(exit), error, stopped, result: result.packed, log }
  }

  #watchMemory(tree: ProcessTree, emit: (event: WorkerEvent) => void): MemoryWatch | null {
    const { memory, attempt_id } = this.order
    // Windows has no list of processes that we could read.
    if (memory === undefined || process.platform === 'win32') return null
    return new MemoryWatch({
      limit: memory,
      measure: async () => residentMemory(tree.pids()),
      onOver: (memory_bytes) => {
        emit({ type: 'over-memory', attempt_id, memory_bytes })
      },
    })
  }

  async #packResult(
    json: string | null,
  ): Promise<{ packed: Outcome['result']; error: SerialisedError | null }> {
    if (json === null) return { packed: null, error: null }
    try {
      const packed = await packResult(json, this.#context.init.result_dir, this.order.attempt_id)
      return { packed, error: null }
    } catch (error) {
      const message = `The result could not be written: ${serialiseError(error).message}.`
      return { packed: null, error: { code: 'STORE_FAILED', message } }
    }
  }

  announce(): void {
    this.#announceIt?.()
    this.#announceIt = null
  }

  /** Writes down which process it is, so that it is found again when this worker and its owner are gone. */
  #markProcess(pid: number): string | null {
    // On Windows asking for its start time would take longer than most jobs.
    const start = process.platform === 'win32' ? null : readStartTime(pid)
    if (start !== null) this.#context.start_file.markProcess(this.order.attempt_id, pid, start)
    return start
  }

  #started(at_ms: number, pid: number | null, process_start: string | null): void {
    const { attempt_id } = this.order
    const started: WorkerEvent = { type: 'started', attempt_id, at_ms, pid, process_start }
    // Its end goes out soon enough.
    if (this.#head_ended) this.#context.emitPatiently(started)
    else this.#context.emit(started)
  }

  #notSpawned(error: unknown, program: string, env: NodeJS.ProcessEnv): Outcome {
    const told = explainSpawnError(error, { program, cwd: this.order.cwd, env })
    const stopped = this.#stopped_early !== null
    return {
      cause: 'spawn-error',
      exit_code: null,
      signal: null,
      error: told,
      stopped,
      result: null,
      log: null,
    }
  }

  stop(policy: StopPolicy): void {
    if (this.#over) return
    if (this.#running === null) this.#stopped_early = policy
    else if (this.#stop !== null) this.#stop.again(policy)
    else if (!this.#head_ended) {
      const { tree, pid, exited } = this.#running
      this.#stop = new ProcessStop(tree, pid, policy, exited)
      void this.#stop.done.then((left) => {
        if (left.length > 0) this.#unkillable.resolve({ code: null, signal: 'SIGKILL' })
      })
    }
  }

  async suspend(): Promise<void> {
    // A stop in the meantime counts more: its signal must not meet a tree that stands still.
    await this.#runningTree('suspended').suspend(() => this.#stop === null)
    this.#runningTree('suspended')
  }

  resume(): void {
    this.#runningTree('resumed').resume()
  }

  #runningTree(verb: string): ProcessTree {
    if (this.#running !== null && !this.#head_ended && this.#stop === null) return this.#running.tree
    throw new JobyardError(
      'WRONG_STATE',
      `The job cannot be ${verb}: its process is not running, or is being ended.`,
    )
  }

  abandon(): null {
    if (this.#running === null || this.#over || process.platform === 'win32') return null
    this.#running.tree.signal('SIGKILL')
    return null
  }
}

function causeOf({ code, signal }: Exit): Pick<Outcome, 'cause' | 'exit_code' | 'signal'> {
  return signal === null
    ? { cause: 'exit', exit_code: code, signal }
    : { cause: 'signal', exit_code: null, signal }
}

function neverRan(policy: StopPolicy): Outcome {
  return {
    cause: 'signal',
    exit_code: null,
    signal: policy.signal,
    error: null,
    stopped: true,
    result: null,
    log: null,
  }
}

function leftError(pids: readonly number[]): SerialisedError | null {
  if (pids.length === 0) return null
  const message = `Processes of the job could not be killed: ${pids.join(', ')}. They belong to another user, or hang in the system; end them by hand.`
  return { code: 'KILL_FAILED', message, details: { pids } }
}
