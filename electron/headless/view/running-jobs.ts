import type { EventBus } from '../../engine/events/event-bus.ts'
import type { ShownJob } from './render-live.ts'

/** A job that ends sooner is not worth asking the store for its name. */
const NAME_AFTER_MS = 150

interface RunningJob {
  name: string | null
  asked: boolean
  state: ShownJob['state']
  readonly since_ms: number
  progress: number | null
  message: string | null
}

export interface RunningJobsOptions {
  readonly bus: EventBus
  /** Events carry no names; null where there is no such job. */
  readonly nameOf: (job_id: number) => Promise<string | null>
  readonly now: () => number
}

/** Follows which jobs run, and what they say of their progress. */
export class RunningJobs {
  readonly #options: RunningJobsOptions
  /** In the order in which they started. */
  readonly #jobs = new Map<number, RunningJob>()
  readonly #unsubscribe: (() => void)[]

  constructor(options: RunningJobsOptions) {
    this.#options = options
    this.#unsubscribe = [
      options.bus.on('job:changed', ({ jobs }) => {
        for (const { id, state } of jobs) {
          if (state === 'running' || state === 'suspended' || state === 'stopping') this.#setState(id, state)
          else this.#jobs.delete(id)
        }
      }),
      options.bus.on('job:progress', ({ job_id, progress, message }) => {
        const job = this.#jobs.get(job_id)
        if (job === undefined) return
        if (progress !== null) job.progress = progress
        if (message !== null) job.message = message
      }),
    ]
  }

  /** @param named how many of them are shown with their names */
  shown(named: number): ShownJob[] {
    const now_ms = this.#options.now()
    let left = named
    return [...this.#jobs].map(([id, job]) => {
      const elapsed_ms = Math.max(0, now_ms - job.since_ms)
      if (left > 0 && elapsed_ms >= NAME_AFTER_MS) this.#askName(id, job)
      left -= 1
      return {
        id,
        name: job.name,
        state: job.state,
        elapsed_ms,
        progress: job.progress,
        message: job.message,
      }
    })
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #setState(id: number, state: ShownJob['state']): void {
    const job = this.#jobs.get(id)
    if (job !== undefined) {
      job.state = state
      return
    }
    const since_ms = this.#options.now()
    this.#jobs.set(id, { name: null, asked: false, state, since_ms, progress: null, message: null })
  }

  #askName(id: number, job: RunningJob): void {
    if (job.asked) return
    job.asked = true
    this.#options.nameOf(id).then(
      (name) => {
        job.name = name
      },
      () => undefined, // The store was closed meanwhile; the number alone will do.
    )
  }
}
