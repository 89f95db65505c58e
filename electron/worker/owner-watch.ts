import { Worker } from 'node:worker_threads'

const POLL_MS = 1_000
/** What a job may take to end after its grace, before the thread steps in. */
const MARGIN_MS = 3_000

/**
 * A module job that blocks the event loop also keeps this process from noticing that its owner died. A small thread
 * notices, and kills the process when the grace is over. Only needed where the host does not do so itself.
 */
export class OwnerWatch {
  /** The grace of the job that runs, in milliseconds; shared with the thread. */
  readonly #grace_ms = new Float64Array(new SharedArrayBuffer(8))
  /** As it was before the owner can have died. */
  readonly #owner = process.ppid
  #thread: Worker | null = null

  /** Watches from now on. @param grace_ms of the job that runs now */
  watch(grace_ms: number): void {
    this.#grace_ms[0] = grace_ms
    if (this.#thread !== null) return
    this.#thread = new Worker(THREAD, {
      eval: true,
      workerData: { grace_ms: this.#grace_ms, owner: this.#owner, poll_ms: POLL_MS, margin_ms: MARGIN_MS },
      env: {},
      resourceLimits: {
        maxOldGenerationSizeMb: 8,
        maxYoungGenerationSizeMb: 1,
        codeRangeSizeMb: 4,
        stackSizeMb: 1,
      },
    })
    this.#thread.unref()
    // Without it we only end later where a job blocks.
    this.#thread.on('error', () => undefined)
  }
}

/** As text, so that it needs no file of its own in the built program. A dead owner's children get another parent. */
const THREAD = `
const { workerData } = require('node:worker_threads')
const { grace_ms, owner, poll_ms, margin_ms } = workerData
const timer = setInterval(() => {
  if (process.ppid === owner) return
  clearInterval(timer)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.min(grace_ms[0] + margin_ms, 2 ** 31 - 1))
}, poll_ms)
`
