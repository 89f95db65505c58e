import { missingCase } from '../../../shared/errors.ts'
import type { NewJob } from '../../../shared/job-spec.ts'
import type { Settings } from '../../../shared/settings.ts'
import type { EndedJob } from '../../../shared/status.ts'
import type { Engine } from '../engine.ts'
import { fillHook, hookEnv, jobFields, queueFields } from './hook-fields.ts'
import type { HookFields, QueueCounts } from './hook-fields.ts'

/** Hooks are jobs of this group: seen, logged and kept as others are, and no hook follows them. */
const HOOKS_GROUP = 'hooks'
const TIMEOUT_MS = 5 * 60_000
const NONE: QueueCounts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 }

export interface FinishHooksOptions {
  readonly engine: Pick<Engine, 'bus' | 'submit' | 'isDone' | 'store'>
  readonly settings: () => Settings
  /** Where hooks run. */
  readonly cwd: string
  readonly onError: (error: unknown) => void
}

/**
 * Queues the commands that a person wants run after each job, and when nothing is left that can run. They are ordinary
 * jobs, as the owner starts no processes itself. They are queued after the end of the job is on disk: where the owner
 * dies in between, that hook does not run.
 */
export class FinishHooks {
  readonly #options: FinishHooksOptions
  readonly #unsubscribe: () => void
  #counts: QueueCounts = NONE
  /** A job that is no hook has ended since the queue was done. */
  #had_work = false
  #working: Promise<void> = Promise.resolve()
  #is_closed = false

  constructor(options: FinishHooksOptions) {
    this.#options = options
    this.#unsubscribe = options.engine.bus.on('job:ended', ({ jobs }) => {
      const { after_job, after_queue } = options.settings()
      if (after_job.command === '' && after_queue === '') return
      this.#working = this.#working.then(() => this.#onEnded(jobs)).catch(options.onError)
    })
  }

  /** Resolves when nothing more is queued. */
  async close(): Promise<void> {
    this.#is_closed = true
    this.#unsubscribe()
    await this.#working
  }

  async #onEnded(ended: readonly EndedJob[]): Promise<void> {
    if (this.#is_closed) return
    const { engine, settings } = this.#options
    const hooks: NewJob[] = []
    for (const job of ended) {
      if (job.state === 'interrupted') continue
      const group = await this.#groupOf(job.id)
      if (group === HOOKS_GROUP) continue
      this.#had_work = true
      this.#counts = { ...this.#counts, [job.state]: this.#counts[job.state] + 1 }
      const { command, if: wanted } = settings().after_job
      if (command === '' || !isWanted(job, wanted)) continue
      const fields = jobFields(job, group)
      hooks.push(this.#hook(`after ${job.id} ${job.name}`, command, fields, hookEnv('ENDED', fields)))
    }
    if (hooks.length > 0) await engine.submit(hooks, 'after jobs')
    else await this.#lookWhetherDone()
  }

  async #lookWhetherDone(): Promise<void> {
    const { engine, settings } = this.#options
    const command = settings().after_queue
    if (!this.#had_work || !(await engine.isDone())) return
    const fields = queueFields(this.#counts)
    this.#had_work = false
    this.#counts = NONE
    if (command === '' || this.#is_closed) return
    const hook = this.#hook('when the queue is done', command, fields, hookEnv('QUEUE', fields))
    await engine.submit([hook], 'when the queue is done')
  }

  async #groupOf(job_id: number): Promise<string> {
    const page = await this.#options.engine.store.query({ type: 'job', job_id })
    return page?.job.group ?? HOOKS_GROUP
  }

  #hook(name: string, command: string, fields: HookFields, env: Readonly<Record<string, string>>): NewJob {
    return {
      spec: {
        ...{ name, cwd: this.#options.cwd, env, group: HOOKS_GROUP, timeout_ms: TIMEOUT_MS },
        task: { kind: 'command', argv: null, shell_command: fillHook(command, fields) },
        // It is of one moment: a day later nobody wants to be asked about it.
        on_interrupt: 'fail',
      },
    }
  }
}

function isWanted({ state }: EndedJob, wanted: Settings['after_job']['if']): boolean {
  switch (wanted) {
    case 'always':
      return true
    case 'success':
      return state === 'succeeded'
    case 'failure':
      return state !== 'succeeded'
    default:
      return missingCase(wanted)
  }
}
