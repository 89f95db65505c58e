import { ftruncateSync, openSync, writeSync } from 'node:fs'
import { WORKER_MARK_ID } from '../../shared/worker-protocol.ts'
import { readStartTime } from '../process/start-time.ts'

/**
 * The file that says which attempts this worker has acted on. Written without fsync: it has to outlive our processes,
 * not a power cut (after which every lease counts as started).
 */
export class StartFile {
  readonly #fd: number

  constructor(path: string) {
    this.#fd = openSync(path, 'a', 0o600)
    this.#markWorker()
  }

  /** To be called before anything is done for the attempt. */
  mark(attempt_id: number): void {
    writeSync(this.#fd, `${attempt_id}\n`)
  }

  markProcess(attempt_id: number, pid: number, start: string): void {
    writeSync(this.#fd, `${attempt_id} ${pid} ${start}\n`)
  }

  /** Forgets all. */
  reset(): void {
    ftruncateSync(this.#fd, 0)
    this.#markWorker()
  }

  /** So that whoever comes after a crash of the owner can wait for this process. On Windows that costs too much. */
  #markWorker(): void {
    const start = process.platform === 'win32' ? null : readStartTime(process.pid)
    if (start !== null) this.markProcess(WORKER_MARK_ID, process.pid, start)
  }
}
