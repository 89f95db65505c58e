import type { EndedJob } from '../../../shared/status.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import type { Host, Terminal } from '../host.ts'
import { sizeOf } from '../host.ts'
import type { Reporter } from '../output/reporter.ts'
import type { Summary } from '../output/tally.ts'
import { summaryLine, Tally } from '../output/tally.ts'
import { counted } from '../output/text.ts'
import { LiveView } from './live-view.ts'
import type { LiveSource } from './live-source.ts'
import type { Failure } from './render-failures.ts'
import { renderFailures } from './render-failures.ts'

/** More would push the totals out of sight. */
const MAX_FAILURES = 20
/** How often the number of waiting jobs is asked for. */
const COUNT_EVERY_MS = 1_000

export interface LiveReporterOptions {
  readonly host: Host
  readonly terminal: Terminal
  readonly source: LiveSource
  /** Where more can be read of jobs that are not shown. */
  readonly data_dir: string
}

/** On a terminal: a live view, then a table of what did not succeed. */
export class LiveReporter implements Reporter {
  readonly #options: LiveReporterOptions
  readonly #view: LiveView
  readonly #tally = new Tally()
  readonly #failed: EndedJob[] = []
  readonly #timer: NodeJS.Timeout | null
  #total: number | null = null
  #waiting: number | null = null
  #notice: string | null = null

  constructor(options: LiveReporterOptions) {
    this.#options = options
    const { terminal, host, source } = options
    const { countWaiting } = source
    this.#timer = countWaiting === null ? null : setInterval(() => void this.#count(), COUNT_EVERY_MS)
    if (countWaiting !== null) void this.#count()
    this.#view = new LiveView({
      terminal,
      colors: host.colors,
      now: Date.now,
      facts: (rows) => ({
        succeeded: this.#tally.counts.succeeded,
        bad: this.#tally.bad,
        total: this.#total,
        waiting: this.#waiting,
        running: source.running(rows),
        notice: this.#notice,
      }),
    })
  }

  submitted(submission: Submission): Promise<void> {
    const { source } = this.#options
    if (source.countWaiting === null) this.#total = submission.count
    source.submitted(submission)
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
    for (const job of this.#failed) failures.push(await this.#options.source.failureOf(job))
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
    this.#options.source.close()
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async #count(): Promise<void> {
    try {
      this.#waiting = (await this.#options.source.countWaiting?.()) ?? null
    } catch {
      // The store was closed meanwhile.
    }
  }
}
