import type { EndedJob } from '../../../shared/status.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import type { Host, Terminal } from '../host.ts'
import { sizeOf } from '../host.ts'
import type { Reporter } from '../output/reporter.ts'
import type { Summary } from '../output/tally.ts'
import { summaryLine, Tally } from '../output/tally.ts'
import { counted } from '../output/text.ts'
import { LiveView } from './live-view.ts'
import type { Failure } from './render-failures.ts'
import { renderFailures } from './render-failures.ts'
import { RunningJobs } from './running-jobs.ts'

/** More would push the totals out of sight. */
const MAX_FAILURES = 20
/** How often the number of waiting jobs is asked for. */
const COUNT_EVERY_MS = 1_000

export interface LiveReporterOptions {
  readonly host: Host
  readonly terminal: Terminal
  readonly engine: Engine
  /** `run`: the bar goes up to the jobs submitted. Otherwise everything in the queue is counted. */
  readonly own_jobs_only: boolean
  readonly failureOf: (job: EndedJob) => Promise<Failure>
  /** Where more can be read of jobs that are not shown. */
  readonly data_dir: string
}

/** On a terminal: a live view, then a table of what did not succeed. */
export class LiveReporter implements Reporter {
  readonly #options: LiveReporterOptions
  readonly #running: RunningJobs
  readonly #view: LiveView
  readonly #tally = new Tally()
  readonly #failed: EndedJob[] = []
  readonly #timer: NodeJS.Timeout | null
  #total: number | null = null
  #waiting: number | null = null
  #notice: string | null = null

  constructor(options: LiveReporterOptions) {
    this.#options = options
    const { engine, terminal, host, own_jobs_only } = options
    this.#running = new RunningJobs({
      bus: engine.bus,
      now: Date.now,
      nameOf: async (job_id) => (await engine.store.query({ type: 'job', job_id }))?.job.name ?? null,
    })
    this.#timer = own_jobs_only ? null : setInterval(() => void this.#count(), COUNT_EVERY_MS)
    if (!own_jobs_only) void this.#count()
    this.#view = new LiveView({
      terminal,
      colors: host.colors,
      now: Date.now,
      facts: (rows) => ({
        succeeded: this.#tally.counts.succeeded,
        bad: this.#tally.bad,
        total: this.#total,
        waiting: this.#waiting,
        running: this.#running.shown(rows),
        notice: this.#notice,
      }),
    })
  }

  submitted(submission: Submission): Promise<void> {
    if (this.#options.own_jobs_only) this.#total = submission.count
    return Promise.resolve()
  }

  ended(job: EndedJob): Promise<void> {
    this.#tally.add(job)
    if (job.state !== 'succeeded' && this.#failed.length < MAX_FAILURES) this.#failed.push(job)
    return Promise.resolve()
  }

  say(line: string): void {
    this.#view.aside(() => {
      void this.#options.host.stderr.line(line)
    })
  }

  note(text: string): void {
    this.say(`jobyard: ${text}`)
  }

  notice(text: string): void {
    this.#notice = text
  }

  async finished(summary: Summary): Promise<void> {
    const failures: Failure[] = []
    for (const job of this.#failed) failures.push(await this.#options.failureOf(job))
    this.close()
    const { host, terminal, data_dir } = this.#options
    for (const line of renderFailures(failures, sizeOf(terminal).columns, host.colors))
      await host.stdout.line(line)
    const more = this.#tally.bad - failures.length
    if (more > 0) await host.stdout.line(`… and ${counted(more, 'more job')}: jobyard ls --data ${data_dir}`)
    const { green, red } = host.colors
    const well = this.#tally.bad === 0 && summary.not_run === 0
    await host.stdout.line((well ? green : red)(summaryLine(summary)))
  }

  close(): void {
    this.#view.end()
    this.#running.close()
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async #count(): Promise<void> {
    try {
      const counters = await this.#options.engine.store.query({ type: 'counters' })
      this.#waiting = counters
        .filter(({ state }) => state === 'queued' || state === 'scheduled' || state === 'retrying')
        .reduce((sum, { count }) => sum + count, 0)
    } catch {
      // The store was closed meanwhile.
    }
  }
}
