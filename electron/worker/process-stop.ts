import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { StopPolicy } from '../../shared/job-spec.ts'
import type { ProcessTree } from '../process/process-group.ts'
import { MAX_TIMER_MS } from './attempt.ts'

const SLICE_MS = 200

/** Ends the process tree of a job: signal, grace, then SIGKILL of all that is left of it. */
export class ProcessStop {
  readonly #tree: ProcessTree
  readonly #head: number
  readonly #headEnded: Promise<unknown>
  #kill_at: number
  #wake: () => void = () => undefined
  /** False where the head of the tree had ended by itself before the signal came. */
  reached_head = false
  /** Resolves when the tree is gone, with the pids that could not be killed. */
  readonly done: Promise<readonly number[]>

  /** Sends the signal at once. @param head its pid @param headEnded settles when the head of the tree has ended */
  constructor(tree: ProcessTree, head: number, policy: StopPolicy, headEnded: Promise<unknown>) {
    this.#tree = tree
    this.#head = head
    this.#headEnded = headEnded
    this.#kill_at = performance.now() + policy.grace_ms
    this.#ask(policy)
    this.done = this.#carryOut()
  }

  /** Asked again: the signal is sent again, and the earlier end of the two graces counts. */
  again(policy: StopPolicy): void {
    this.#kill_at = Math.min(this.#kill_at, performance.now() + policy.grace_ms)
    this.#ask(policy)
    this.#wake()
  }

  #ask(policy: StopPolicy): void {
    if (process.platform !== 'win32') {
      if (this.#tree.ask(policy.signal).includes(this.#head)) this.reached_head = true
      return
    }
    this.reached_head = true
    // Without /F this reaches programs with a window; Windows has no other way to ask.
    execFile('taskkill', ['/PID', String(this.#head), '/T'], { windowsHide: true }, () => undefined)
  }

  async #carryOut(): Promise<readonly number[]> {
    const head = { ended: false }
    void this.#headEnded.then(() => {
      head.ended = true
      this.#wake()
    })
    while (!head.ended && performance.now() < this.#kill_at) await this.#sleep()
    // The head is gone within the grace: so may be the rest of its tree.
    while (performance.now() < this.#kill_at) {
      if (await this.#tree.gone(Math.min(SLICE_MS, this.#kill_at - performance.now()))) return []
    }
    return this.#tree.kill()
  }

  /** Until the grace is over, or something has changed. */
  async #sleep(): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => {
      woken.abort()
    }
    const ms = Math.min(MAX_TIMER_MS, Math.max(1, this.#kill_at - performance.now()))
    await wait(ms, undefined, { signal: woken.signal }).catch(() => undefined)
  }
}
