import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, realpathSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { z } from 'zod'
import { CAUSES, ENDED_STATES, RESTING_STATES } from '../../shared/job.ts'
import { BUILT_CLI, checkBuilt } from '../built.ts'
import { tempDir } from '../fakes/temp-dir.ts'

const WAIT_MS = 15_000

checkBuilt()
/** Commands that run now, to be killed where a test fails. */
const alive = new Set<ChildProcess>()

afterEach(() => {
  for (const child of alive) child.kill('SIGKILL')
})

/** How a command ended, and everything it printed. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with job files, a data directory, and a place for temporary folders. */
export class Place {
  readonly dir: string
  readonly data: string
  readonly tmp: string

  /** @param dir by default one of the running test, removed when that is over */
  constructor(dir = tempDir()) {
    this.dir = realpathSync(dir)
    this.data = join(this.dir, 'data')
    this.tmp = join(this.dir, 'tmp')
    mkdirSync(this.tmp, { recursive: true })
  }

  path(name: string): string {
    return join(this.dir, name)
  }

  write(name: string, content: string | object): string {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  /** Temporary folders that were left. */
  leftovers(): string[] {
    return readdirSync(this.tmp)
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return new Running(this, args, env)
  }

  /** Runs a command to its end. */
  cli(...args: readonly string[]): Promise<End> {
    return this.start(args).ended
  }

  /** Resolves when the file is there. */
  async appears(name: string): Promise<void> {
    const watcher = watch(this.dir)
    try {
      const signal = AbortSignal.timeout(WAIT_MS)
      while (!existsSync(this.path(name))) {
        await new Promise<void>((resolve, reject) => {
          watcher.once('change', () => {
            resolve()
          })
          signal.addEventListener('abort', () => {
            reject(new Error(`${name} did not appear`))
          })
        })
      }
    } finally {
      watcher.close()
    }
  }
}

/** A command that runs, as a user's shell would run it. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<End>
  #stdout = ''
  #stderr = ''
  readonly #watchers = new Set<() => void>()

  constructor(place: Place, args: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [BUILT_CLI, ...args], {
      cwd: place.dir,
      env: {
        PATH: process.env['PATH'],
        HOME: place.dir,
        TMPDIR: place.tmp,
        TMP: place.tmp,
        TEMP: place.tmp,
        JOBYARD_DATA: place.data,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    alive.add(child)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#changed()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#changed()
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        alive.delete(child)
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
        this.#changed()
      })
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** What it has printed until now. */
  get stdout(): string {
    return this.#stdout
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Resolves when the text was printed. */
  async says(text: string, where: 'stdout' | 'stderr' = 'stderr'): Promise<void> {
    const printed = (): string => (where === 'stdout' ? this.#stdout : this.#stderr)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`"${text}" was not printed, but: ${this.#stdout}${this.#stderr}`))
      }, WAIT_MS)
      const look = (): void => {
        if (!printed().includes(text)) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}

/** A job that says that it runs (by the file `NAME.started`) and ends well when the file `NAME.go` appears. */
export function gated(name: string): { readonly name: string; readonly command: string } {
  return { name, command: `touch ${name}.started; while [ ! -e ${name}.go ]; do sleep 0.05; done` }
}

/** A job file of many jobs. */
export function jobsFile(...jobs: readonly object[]): object {
  return { version: 1, jobs }
}

const time = z.iso.datetime({ precision: 3 })
const count = z.int().min(0)

const submittedSchema = z.strictObject({
  type: z.literal('submitted'),
  count,
  first_id: count,
  last_id: count,
})
const jobSchema = z.strictObject({
  type: z.literal('job'),
  id: z.int().positive(),
  name: z.string(),
  state: z.enum([...ENDED_STATES, ...RESTING_STATES]),
  cause: z.enum(CAUSES),
  exit_code: z.int().nullable(),
  attempts: count,
  queued_at: time,
  started_at: time.nullable(),
  ended_at: time,
  result: z.json(),
})
const summarySchema = z.strictObject({
  type: z.literal('summary'),
  succeeded: count,
  failed: count,
  cancelled: count,
  skipped: count,
  interrupted: count,
  not_run: count,
  duration_ms: count,
})
const eventSchema = z.discriminatedUnion('type', [submittedSchema, jobSchema, summarySchema])

export type CliEvent = z.infer<typeof eventSchema>
export type CliJob = z.infer<typeof jobSchema>

/** Parses what `--json` printed; anything that is not as documented fails the test. */
export function eventsOf(stdout: string): CliEvent[] {
  expect(stdout.endsWith('\n')).toBe(true)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)))
}

export function jobsOf(events: readonly CliEvent[]): CliJob[] {
  return events.filter((event) => event.type === 'job')
}

/** Name and state of each job, by name. */
export function statesOf(events: readonly CliEvent[]): Record<string, string> {
  return Object.fromEntries(jobsOf(events).map(({ name, state }) => [name, state]))
}
