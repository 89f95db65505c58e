import { format } from 'node:util'
import { JobyardError } from '../../shared/errors.ts'
import type { RunOrder } from '../../shared/worker-protocol.ts'

/** What stands behind the second argument of a job module. */
export interface ModuleJobHost {
  readonly order: RunOrder
  environment(): NodeJS.ProcessEnv
  signal(): AbortSignal
  progress(fraction: number, message: string | null): void
  write(stream: 'stdout' | 'stderr', bytes: Buffer): void
}

/** What a job module is given as its second argument. Cheap to make, because most jobs use little of it. */
export class ModuleJob {
  readonly id: number
  /** 1 for the first attempt of the job. */
  readonly attempt: number
  readonly name: string
  /** Where the job was told to work; also the working directory of the process. */
  readonly cwd: string
  readonly #host: ModuleJobHost

  constructor(host: ModuleJobHost) {
    const { job_id, number, name, cwd } = host.order
    this.id = job_id
    this.attempt = number
    this.name = name
    this.cwd = cwd
    this.#host = host
  }

  /** The environment a command of this job would have. */
  get env(): NodeJS.ProcessEnv {
    return this.#host.environment()
  }

  /** Aborted when the job is asked to end. It should then return or throw within its grace. */
  get signal(): AbortSignal {
    return this.#host.signal()
  }

  /**
   * Tells how far the job is; may be taken off it.
   * @param fraction 0..1
   * @throws JobyardError INVALID_ARGUMENT
   */
  get progress(): (fraction: number, message?: string) => void {
    return (fraction, message) => {
      if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) {
        throw new JobyardError(
          'INVALID_ARGUMENT',
          `job.progress() takes a fraction from 0 to 1, not ${String(fraction)}.`,
        )
      }
      this.#host.progress(fraction, typeof message === 'string' ? message : null)
    }
  }

  /** Writes a line to the log of the attempt, formatted as by `console.log`; may be taken off it. */
  get log(): (...values: readonly unknown[]) => void {
    return (...values) => {
      this.#host.write('stdout', Buffer.from(`${format(...values)}\n`))
    }
  }
}
