import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import type { WorkerExit, WorkerProcess } from '../../electron/engine/worker-pool/worker-process.ts'
import { ProcessTree } from '../../electron/process/process-group.ts'
import { attemptMark } from '../../electron/process/process-tree.ts'
import { findProcess } from '../../electron/process/process-list.ts'
import { logFileName, parseLogRecords } from '../../shared/log-format.ts'
import type { LogRecord, LogStream } from '../../shared/log-format.ts'
import type { StopPolicy, Task } from '../../shared/job-spec.ts'
import type { FromWorker, Outcome, RunOrder, WorkerEvent, WorkerInit } from '../../shared/worker-protocol.ts'

export const WORKER_ENTRY = join(import.meta.dirname, '../../electron/worker/worker.ts')
const WAIT_MS = 15_000

type EventOf<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>

/** A real worker process on a temporary data directory, with a diary of all it said. */
export class TestWorker {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-worker-')))
  readonly init: WorkerInit
  readonly process: WorkerProcess
  readonly messages: FromWorker[] = []
  readonly events: WorkerEvent[] = []
  readonly bad: string[] = []
  output = ''
  exit: WorkerExit | null = null
  readonly #watchers = new Set<() => void>()

  constructor(options: { readonly env?: Record<string, string>; readonly init?: Partial<WorkerInit> } = {}) {
    this.init = {
      type: 'init',
      worker_id: 1,
      data_id: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
      start_file: join(this.dir, 'starts-1'),
      log_dir: join(this.dir, 'logs'),
      script_dir: join(this.dir, 'scripts'),
      result_dir: join(this.dir, 'results'),
      ...options.init,
    }
    const changed = (): void => {
      for (const watcher of this.#watchers) watcher()
    }
    const spawn = forkWorkerProcess({
      entry: WORKER_ENTRY,
      ...(options.env === undefined ? {} : { env: options.env }),
    })
    this.process = spawn({
      onMessage: (message) => {
        this.messages.push(message)
        if (message.type === 'events') this.events.push(...message.events)
        changed()
      },
      onBadMessage: (detail) => {
        this.bad.push(detail)
        changed()
      },
      onOutput: (text) => {
        this.output += text
        changed()
      },
      onExit: (exit) => {
        this.exit = exit
        changed()
      },
    })
    this.process.send(this.init)
  }

  order(attempt_id: number, task: Task, more: Partial<RunOrder> = {}): RunOrder {
    return {
      attempt_id,
      job_id: attempt_id + 1_000,
      number: 1,
      name: `job ${attempt_id}`,
      task,
      cwd: this.dir,
      env: {},
      stop: { signal: 'SIGTERM', grace_ms: 5_000 },
      log_max_bytes: 16 * 1024 * 1024,
      ...more,
    }
  }

  run(...orders: RunOrder[]): void {
    this.process.send({ type: 'run', orders, reset_starts: false })
  }

  /** Runs a shell command under the attempt id and waits for its end. */
  async shell(attempt_id: number, shell_command: string, more: Partial<RunOrder> = {}): Promise<Outcome> {
    this.run(this.order(attempt_id, shell(shell_command), more))
    return (await this.ended(attempt_id)).outcome
  }

  async module(
    attempt_id: number,
    module: string,
    input?: unknown,
    more: Partial<RunOrder> = {},
  ): Promise<Outcome> {
    this.run(this.order(attempt_id, moduleTask(module, input), more))
    return (await this.ended(attempt_id)).outcome
  }

  stop(attempt_id: number, stop: StopPolicy): void {
    this.process.send({ type: 'stop', attempt_id, stop })
  }

  find<T extends WorkerEvent['type']>(
    type: T,
    matches: (event: EventOf<T>) => boolean = () => true,
  ): EventOf<T> | undefined {
    return this.events.find(
      (event): event is EventOf<T> => event.type === type && matches(event as EventOf<T>),
    )
  }

  async event<T extends WorkerEvent['type']>(
    type: T,
    matches?: (event: EventOf<T>) => boolean,
  ): Promise<EventOf<T>> {
    await this.until(() => this.find(type, matches) !== undefined || this.exit !== null, `event ${type}`)
    const event = this.find(type, matches)
    if (event === undefined) throw new Error(`The worker ended before ${type}: ${this.describe()}`)
    return event
  }

  started(attempt_id: number): Promise<EventOf<'started'>> {
    return this.event('started', (event) => event.attempt_id === attempt_id)
  }

  ended(attempt_id: number): Promise<EventOf<'ended'>> {
    return this.event('ended', (event) => event.attempt_id === attempt_id)
  }

  async exited(): Promise<WorkerExit> {
    await this.until(() => this.exit !== null, 'exit')
    if (this.exit === null) throw new Error('unreachable')
    return this.exit
  }

  /** Waits until the condition holds; it is looked at after everything the worker says. */
  until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`Waited in vain for ${what}. ${this.describe()}`))
      }, WAIT_MS)
      this.#watchers.add(look)
      look()
    })
  }

  /** What a started job has printed so far, once it holds `text`. */
  async printed(attempt_id: number, text: string): Promise<string> {
    await eventually(() => this.text(attempt_id).includes(text), `"${text}" in the log`)
    return this.text(attempt_id)
  }

  describe(): string {
    return JSON.stringify({ events: this.events, bad: this.bad, output: this.output, exit: this.exit })
  }

  logPath(attempt_id: number): string {
    return join(this.init.log_dir, logFileName(attempt_id))
  }

  /** All records of the attempt in order: head, then the tail files, the older one first. */
  records(attempt_id: number): LogRecord[] {
    const path = this.logPath(attempt_id)
    const tails = [`${path}.tail0`, `${path}.tail1`].map(readRecords).filter((records) => records.length > 0)
    tails.sort(([a], [b]) => (a?.at_ms ?? 0) - (b?.at_ms ?? 0) || (a?.offset ?? 0) - (b?.offset ?? 0))
    return [...readRecords(path), ...tails.flat()]
  }

  bytes(attempt_id: number, stream: LogStream): Buffer {
    return Buffer.concat(
      this.records(attempt_id)
        .filter((record) => record.stream === stream)
        .map(({ bytes }) => bytes),
    )
  }

  text(attempt_id: number, stream: LogStream = 'stdout'): string {
    return this.bytes(attempt_id, stream).toString('utf8')
  }

  /** What it noted of attempts; the line about itself left out. */
  starts(): string[] {
    const [own = '', ...lines] = readFileSync(this.init.start_file, 'utf8').split('\n').slice(0, -1)
    return own.startsWith('0 ') ? lines : [own, ...lines]
  }

  /** Writes a file into the temporary directory. */
  file(name: string, content: string, mode = 0o600): string {
    const path = join(this.dir, name)
    writeFileSync(path, content, { mode })
    return path
  }

  /** Stores a script as the engine would. @returns its task */
  script(name: string, content: string, interpreter: readonly string[], args: readonly string[] = []): Task {
    const original_path = this.file(name, content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    writeFileSync(join(this.init.script_dir, sha256), content)
    return { kind: 'script', sha256, original_path, interpreter: [...interpreter], args: [...args] }
  }

  async dispose(): Promise<void> {
    this.process.kill()
    await this.exited()
    for (const { attempt_id, pid, process_start: start } of this.events.filter(
      (event) => event.type === 'started',
    )) {
      if (pid === null || this.find('ended', (event) => event.attempt_id === attempt_id) !== undefined)
        continue
      await new ProcessTree({
        head: { pid, start, own_child: false },
        mark: attemptMark(this.init.data_id, attempt_id),
      }).kill()
    }
    rmSync(this.dir, { recursive: true, force: true })
  }
}

function readRecords(path: string): LogRecord[] {
  return existsSync(path) ? parseLogRecords(readFileSync(path)).records : []
}

export function shell(shell_command: string): Task {
  return { kind: 'command', argv: null, shell_command }
}

export function command(...argv: string[]): Task {
  return { kind: 'command', argv, shell_command: null }
}

export function moduleTask(module: string, input?: unknown): Task {
  return input === undefined
    ? { kind: 'module', module }
    : { kind: 'module', module, with: JSON.parse(JSON.stringify(input)) as null }
}

/** True where a process with this pid lives (a zombie does not). */
export function isAlive(pid: number): boolean {
  const entry = findProcess(pid)
  return entry !== null && !entry.zombie
}

/** Polls a condition of the real system, which sends no event. */
export async function eventually(
  condition: () => boolean,
  what: string,
  deadline_ms = WAIT_MS,
): Promise<void> {
  const deadline = performance.now() + deadline_ms
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`)
    await wait(10)
  }
}
