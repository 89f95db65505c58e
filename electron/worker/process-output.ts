import type { ChildProcessByStdio } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { LineScanner } from './line-scanner.ts'
import type { AttemptReports } from './attempt-reports.ts'

export type JobProcess = ChildProcessByStdio<null, Readable, Readable>

/** A process that outlives the job may hold its pipes open; they are waited for so long after the job's own end. */
const PIPE_GRACE_MS = 1_000
const PIPE_TICK_MS = 50

/** Reads the pipes of a job: into its log, and for the progress and the result that stand in it. */
export class ProcessOutput {
  /** JSON of the last `result` line. */
  result: string | null = null
  readonly #child: JobProcess
  readonly #scanners: LineScanner[] = []
  #paused = false
  #closed = false

  constructor(child: JobProcess, reports: AttemptReports) {
    this.#child = child
    child.once('close', () => {
      this.#closed = true
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      const scanner = new LineScanner({
        onProgress: (progress, message) => {
          reports.progress(progress, message)
        },
        onResult: (json) => {
          // What goes to stderr is for people.
          if (stream === 'stdout') this.result = json
        },
      })
      this.#scanners.push(scanner)
      child[stream].on('data', (chunk: Buffer) => {
        reports.log.write(stream, chunk)
        scanner.push(chunk)
      })
      // The pipe breaks at most; 'close' follows.
      child[stream].on('error', () => undefined)
    }
  }

  /** The log is behind: the job waits at its pipe meanwhile. */
  setPaused(paused: boolean): void {
    this.#paused = paused
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      if (paused) pipe.pause()
      else pipe.resume()
    }
  }

  /**
   * To be called when the process has ended. Resolves when all it printed was read. Where a process that it left in
   * the background still holds a pipe, what comes later is thrown away, but read as long as this worker lives: a
   * closed pipe would kill that process.
   */
  async finish(): Promise<void> {
    await this.#drained()
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      pipe.removeAllListeners('data')
      pipe.resume()
      if (pipe instanceof Socket) pipe.unref()
    }
    for (const scanner of this.#scanners) scanner.end()
  }

  #drained(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      let left_ms = PIPE_GRACE_MS
      const tick = setInterval(() => {
        // Time in which we did not read ourselves does not count.
        if (!this.#paused) left_ms -= PIPE_TICK_MS
        if (left_ms <= 0) done()
      }, PIPE_TICK_MS)
      const done = (): void => {
        clearInterval(tick)
        resolve()
      }
      this.#child.once('close', done)
    })
  }
}
