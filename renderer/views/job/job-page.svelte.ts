import type { Attempt } from '../../../shared/job.ts'
import type { JobDetails } from '../../../shared/status.ts'
import { AttemptLog } from '../../components/log/attempt-log.svelte.ts'
import type { AppState } from '../../state/app-state.svelte.ts'

/** One job as its page shows it: read when it changes, with the log of one attempt. */
export class JobPage {
  details = $state.raw<JobDetails | null>(null)
  /** `gone`: no job has this id, or it was cleared. */
  state = $state<'loading' | 'here' | 'gone' | 'failed'>('loading')
  error = $state.raw<unknown>(null)
  log = $state.raw<AttemptLog | null>(null)
  /** The attempt a person chose; null: the last one, also when another begins. */
  #picked = $state<number | null>(null)
  readonly attempt: Attempt | null = $derived.by(() => this.#shown())
  readonly #app: AppState
  readonly #job_id: number
  #is_reading = false
  #is_stale = false

  constructor(app: AppState, job_id: number) {
    this.#app = app
    this.#job_id = job_id
  }

  /** @returns ends it */
  start(): () => void {
    const close = this.#app.openJob(this.#job_id, ({ job_id, grown, changed }) => {
      if (job_id !== this.#job_id) return
      if (this.log !== null && grown.includes(this.log.attempt_id)) this.log.tail.wake()
      if (changed) this.refresh()
    })
    return () => {
      close()
      this.log?.stop()
    }
  }

  /** Reads the job anew, and what its attempt has printed since. */
  refresh(): void {
    this.#is_stale = true
    if (!this.#is_reading) void this.#read()
  }

  pick(attempt_id: number): void {
    this.#picked = attempt_id === this.details?.attempts.at(-1)?.id ? null : attempt_id
    this.#openLog()
  }

  async #read(): Promise<void> {
    this.#is_reading = true
    try {
      while (this.#is_stale) {
        this.#is_stale = false
        const details = await this.#app.api('job:show', { job_id: this.#job_id })
        this.details = details ?? this.details
        this.state = details === null ? 'gone' : 'here'
        this.#openLog()
      }
    } catch (thrown) {
      this.error = thrown
      if (this.details === null) this.state = 'failed'
    } finally {
      this.#is_reading = false
    }
  }

  #shown(): Attempt | null {
    const attempts = this.details?.attempts ?? []
    return attempts.find(({ id }) => id === this.#picked) ?? attempts.at(-1) ?? null
  }

  #openLog(): void {
    const attempt = this.#shown()
    if (attempt === null) return
    if (this.log?.attempt_id !== attempt.id) {
      this.log?.stop()
      this.log = new AttemptLog(attempt.id, this.#app.api)
    }
    this.log.tail.wake()
  }
}
