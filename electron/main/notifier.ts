import type { Settings } from '../../shared/settings.ts'
import type { EndedNotice, YardDelta } from '../../shared/yard.ts'
import type { YardSummary } from './yard-summary.ts'

/** A notification; `place` is what a click on it shows. */
export interface Notice {
  readonly title: string
  readonly body: string
  readonly place: string
}

export interface NotifierOptions {
  readonly show: (notice: Notice) => void
  readonly settings: () => Pick<Settings, 'notify_failed' | 'notify_idle'>
  /** Calls back after a while; what fails meanwhile becomes one notification. */
  readonly later: (callback: () => void) => void
}

/** Decides when a person is told: jobs that failed, and a queue that has run empty. */
export class Notifier {
  readonly #options: NotifierOptions
  readonly #failed: EndedNotice[] = []
  #unnamed = false
  #is_due = false
  #before: YardSummary | null = null
  /** Counters when work began. */
  #base: YardSummary | null = null

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  ended(ended: NonNullable<YardDelta['ended']>): void {
    const failed = ended.jobs.filter(({ state }) => state === 'failed')
    if (failed.length === 0 || !this.#options.settings().notify_failed) return
    this.#failed.push(...failed)
    this.#unnamed ||= ended.count > ended.jobs.length
    if (this.#is_due) return
    this.#is_due = true
    this.#options.later(this.#tellFailed)
  }

  summary(now: YardSummary): void {
    const was_busy = this.#before !== null && this.#before.active + this.#before.waiting > 0
    const is_busy = now.active + now.waiting > 0
    if (!was_busy && is_busy) this.#base = this.#before ?? now
    this.#before = now
    if (is_busy || !was_busy || !this.#options.settings().notify_idle) return
    const succeeded = Math.max(0, now.succeeded - (this.#base?.succeeded ?? now.succeeded))
    const failed = Math.max(0, now.failed - (this.#base?.failed ?? now.failed))
    const body = failed === 0 ? `${succeeded} succeeded` : `${succeeded} succeeded, ${failed} failed`
    this.#options.show({ title: 'The queue is empty', body, place: 'queue' })
  }

  readonly #tellFailed = (): void => {
    this.#is_due = false
    const failed = this.#failed.splice(0)
    const more = this.#unnamed ? ' or more' : ''
    this.#unnamed = false
    const [first] = failed
    if (first === undefined) return
    if (failed.length === 1 && more === '') {
      this.#options.show({ title: `${first.name} failed`, body: whyText(first), place: `job/${first.id}` })
      return
    }
    const names = failed.slice(0, 3).map(({ name }) => name)
    const body = failed.length > names.length ? `${names.join(', ')} and others` : names.join(', ')
    this.#options.show({ title: `${failed.length}${more} jobs failed`, body, place: 'history' })
  }
}

function whyText({ cause, exit_code }: EndedNotice): string {
  switch (cause) {
    case 'exit':
      return exit_code === null ? 'It ended badly' : `It ended with exit code ${exit_code}`
    case 'exception':
      return 'It threw an error'
    case 'signal':
      return 'A signal ended it'
    case 'timeout':
      return 'It took longer than it may'
    case 'memory':
      return 'It took more memory than it may'
    case 'spawn-error':
      return 'It could not be started'
    case 'worker-lost':
      return 'Its worker was lost'
    case 'app-crash':
      return 'Jobyard ended under it'
    case 'power-loss':
      return 'The machine went down under it'
    case 'dependency':
      return 'A job it needs did not succeed'
    case 'user':
      return 'It was given up'
    case 'halt':
      return 'It was stopped with the others of its sweep'
  }
}
