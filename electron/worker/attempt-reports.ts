import { join } from 'node:path'
import { logFileName } from '../../shared/log-format.ts'
import type { RunOrder } from '../../shared/worker-protocol.ts'
import { REPORT_INTERVAL_MS, shortMessage } from './attempt.ts'
import type { WorkerContext } from './attempt.ts'
import { LogWriter } from './log-writer.ts'
import { Throttle } from './throttle.ts'

interface Progress {
  readonly progress: number | null
  readonly message: string | null
}

/** What one attempt reports while it runs: its output and its progress, each at most so often. */
export class AttemptReports {
  readonly log: LogWriter
  readonly #output: Throttle<number>
  readonly #progress: Throttle<Progress>
  #latest: Progress = { progress: null, message: null }

  constructor(
    order: RunOrder,
    context: Pick<WorkerContext, 'init' | 'emit'>,
    sync: boolean,
    onPressure?: (full: boolean) => void,
  ) {
    const { attempt_id } = order
    this.#output = new Throttle(REPORT_INTERVAL_MS, (file_bytes) => {
      context.emit({ type: 'output', attempt_id, file_bytes })
    })
    this.#progress = new Throttle(REPORT_INTERVAL_MS, ({ progress, message }) => {
      context.emit({ type: 'progress', attempt_id, progress, message: shortMessage(message) })
    })
    this.log = new LogWriter({
      path: join(context.init.log_dir, logFileName(attempt_id)),
      max_bytes: order.log_max_bytes,
      sync,
      ...(onPressure === undefined ? {} : { onPressure }),
      onWritten: (file_bytes) => {
        this.#output.offer(file_bytes)
      },
    })
  }

  /** null: as before. */
  progress(progress: number | null, message: string | null): void {
    const latest = this.#latest
    this.#latest = { progress: progress ?? latest.progress, message: message ?? latest.message }
    this.#progress.offer(this.#latest)
  }

  /** The last of each, however short a time ago one was sent. To be called when the log is finished. */
  flush(): void {
    this.#output.flush()
    this.#progress.flush()
  }
}
