import type { EndedJob } from '../../shared/status.ts'
import type { OwnedEngine } from '../engine/create-engine.ts'
import type { OwnerHost } from '../engine/store/owner-lock.ts'
import type { Host } from './host.ts'
import { EXIT, note } from './host.ts'
import type { InterruptStep } from './interrupts.ts'
import { Interrupts } from './interrupts.ts'
import { JsonReporter, NotesReporter, PlainReporter } from './output/reporter.ts'
import type { Reporter } from './output/reporter.ts'
import { Tally } from './output/tally.ts'
import { counted } from './output/text.ts'
import { openSession, recoveryRemarks } from './session.ts'
import { engineSource } from './view/engine-source.ts'
import { LiveReporter } from './view/live-reporter.ts'

export interface WorkOptions {
  readonly host: Host
  readonly data_dir: string
  readonly concurrency?: number | undefined
  /** How it is told what happens; `notes`: only remarks. */
  readonly output: 'view' | 'json' | 'notes'
  /** Needed for `stopAtBadEnd`. */
  readonly fail_fast?: boolean
  /** `run`: what counts are the jobs it queued itself; `start` and `serve`: all of the directory. */
  readonly own_jobs_only: boolean
  readonly owner_host?: OwnerHost
  /** The last words to a person who leaves without waiting. */
  readonly onLeave?: () => void
}

/**
 * Owns a data directory while `use` works with it: a reporter that tells what happens, and signals that end it.
 * @throws what `openSession` and `use` throw, with the directory free again
 */
export async function withWork<T>(options: WorkOptions, use: (work: Work) => Promise<T>): Promise<T> {
  const { host, data_dir, concurrency } = options
  let work: Work | null = null
  const interrupts = new Interrupts({
    source: process,
    reexec: host.reexec,
    now: Date.now,
    onStep: (step) => {
      if (step !== 'leave') {
        work?.interrupt(step)
        return
      }
      work?.reporter.close()
      options.onLeave?.()
      process.exit(interrupts.exit_code ?? EXIT.failed)
    },
  })
  try {
    const owned = await openSession(host, {
      data_dir,
      concurrency,
      owner_host: options.owner_host,
      ...(options.fail_fast === true
        ? { onBadEnd: (submission_id: number) => work?.onBadEnd(submission_id) }
        : {}),
      onFault: (text) => {
        if (work === null) note(host, text)
        else work.reporter.note(text)
      },
    })
    try {
      work = new Work(newReporter(options, owned), owned, interrupts)
      // A signal that came while the directory was opened.
      if (interrupts.step !== null && interrupts.step !== 'leave') work.interrupt(interrupts.step)
      for (const remark of recoveryRemarks(owned.engine.recovery)) work.reporter.note(remark)
      return await use(work)
    } finally {
      await owned.close()
      work?.reporter.close()
    }
  } finally {
    interrupts.close()
  }
}

/** What `run` and `start` have in common while they work. */
export class Work {
  readonly owned: OwnedEngine
  readonly reporter: Reporter
  readonly tally = new Tally()
  readonly interrupts: Interrupts
  readonly #reading = new AbortController()
  readonly #over = new AbortController()
  readonly #halted = new AbortController()
  readonly #started_ms = performance.now()
  #stopped: Promise<void> | null = null
  #fail_fast_of: number | null = null

  constructor(reporter: Reporter, owned: OwnedEngine, interrupts: Interrupts) {
    this.reporter = reporter
    this.owned = owned
    this.interrupts = interrupts
  }

  /** Aborted when nothing more will end. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Aborted when it was stopped and the last worker has exited, not by idleness. */
  get halted(): AbortSignal {
    return this.#halted.signal
  }

  /** No further job starts: a signal came, or somebody called `stop`. */
  get stopping(): boolean {
    return this.#stopped !== null
  }

  get duration_ms(): number {
    return performance.now() - this.#started_ms
  }

  /** Reads job files, which a signal ends; null where it did. */
  async read<T>(read: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    try {
      return await read(this.#reading.signal)
    } catch (error) {
      if (this.#reading.signal.aborted) return null
      throw error
    }
  }

  /**
   * The engine begins to work, unless it was told to stop before.
   * @param until_idle it is over when nothing is left that can run
   */
  async start(until_idle: boolean): Promise<void> {
    if (this.stopping) return
    await this.owned.engine.start()
    if (!until_idle) return
    this.#tellPauses()
    this.whenIdle().then(
      () => {
        this.#over.abort()
      },
      () => undefined, // Closed meanwhile.
    )
  }

  /**
   * Resolves when nothing is left that can run. A pool that somebody pauses while it works is not idle: whoever did that
   * resumes it.
   */
  async whenIdle(): Promise<void> {
    const { engine } = this.owned
    await engine.whenIdle()
    while (engine.poolStatus().state === 'paused' && !this.stopping) {
      await new Promise<void>((resolve) => {
        const unsubscribe = engine.bus.on('pool:changed', ({ state }) => {
          if (state === 'paused') return
          unsubscribe()
          resolve()
        })
      })
      await engine.whenIdle()
    }
  }

  #tellPauses(): void {
    const { engine } = this.owned
    let last = engine.poolStatus().state
    engine.bus.on('pool:changed', ({ state }) => {
      if (state === 'paused' && last !== 'paused')
        this.reporter.note('the queue was paused: `jobyard resume` lets it go on')
      last = state
    })
  }

  /** No further job starts; what runs finishes, or is ended. */
  stop(step: Exclude<InterruptStep, 'leave'>): void {
    if (this.#stopped !== null && step === 'drain') return
    this.#reading.abort()
    const end = (): void => {
      this.#halted.abort()
      this.#over.abort()
    }
    const { engine } = this.owned
    // Somebody else drains it. Asked again, the engine would take it as a request to stop what runs.
    const is_draining = step === 'drain' && engine.poolStatus().state === 'draining'
    const stopped = is_draining
      ? this.#whenStopped()
      : engine.stop({ now: step !== 'drain', kill: step === 'kill' })
    this.#stopped ??= stopped.then(end, end)
  }

  /** It is over, too, when somebody else has stopped the pool: a window, or `jobyard stop`. */
  endWhenStopped(): void {
    void this.#whenStopped().then(() => {
      this.stop('drain')
    })
  }

  #whenStopped(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = this.owned.engine.bus.on('pool:changed', ({ state }) => {
        if (state !== 'stopped') return
        unsubscribe()
        resolve()
      })
    })
  }

  /** Where a job of this submission ends badly, no further job starts. Needs `fail_fast`. */
  stopAtBadEnd(submission_id: number): void {
    this.#fail_fast_of = submission_id
  }

  onBadEnd(submission_id: number): void {
    if (submission_id === this.#fail_fast_of) this.stop('drain')
  }

  /** Resolves when the last worker has exited. */
  async drain(): Promise<void> {
    this.stop('drain')
    await this.#stopped
  }

  async report(job: EndedJob): Promise<void> {
    this.tally.add(job)
    await this.reporter.ended(job)
  }

  /** A signal asks for the end. */
  interrupt(step: Exclude<InterruptStep, 'leave'>): void {
    const { active } = this.owned.engine.poolStatus()
    const jobs = active === 0 ? 'what runs' : counted(active, 'running job')
    this.reporter.notice(STEP_TEXTS[step](jobs))
    this.stop(step)
  }
}

const STEP_TEXTS = {
  drain: (jobs: string) => `finishing ${jobs}, Ctrl-C again to stop at once`,
  stop: (jobs: string) => `stopping ${jobs}, Ctrl-C again to kill at once`,
  kill: (jobs: string) => `killing ${jobs}, Ctrl-C again to leave without waiting`,
} as const

function newReporter({ host, output, own_jobs_only }: WorkOptions, owned: OwnedEngine): Reporter {
  if (output === 'notes') return new NotesReporter(host)
  if (output === 'json') return new JsonReporter(host)
  if (host.terminal === null) return new PlainReporter(host)
  return new LiveReporter({
    host,
    terminal: host.terminal,
    source: engineSource(owned, own_jobs_only),
    data_dir: owned.paths.dir,
  })
}
