import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { JobyardError } from '../../shared/errors.ts'
import type { StopPolicy } from '../../shared/job-spec.ts'
import { listProcesses } from './process-list.ts'
import type { ProcessEntry } from './process-list.ts'
import { findTree } from './process-tree.ts'
import type { TreeTarget } from './process-tree.ts'
import { readStartTime } from './start-time.ts'

/** How long a tree is shot at before what is left of it counts as unkillable. */
export const KILL_DEADLINE_MS = 5_000
const FIRST_POLL_MS = 2
const LONGEST_POLL_MS = 50
/** A tree that forks faster than it can be stopped is stopped as far as it goes in so many rounds. */
const STOP_ROUNDS = 50

/**
 * The processes of one attempt, to be signalled. Remembers whom it has seen, so that those who lose their parent on the
 * way are still known.
 */
export class ProcessTree {
  readonly #target: TreeTarget
  /** Pids and start times of all that were seen. */
  readonly #known = new Map<number, string>()

  constructor(target: TreeTarget) {
    this.#target = target
  }

  /** Those that live. Not for Windows. */
  #look(): ProcessEntry[] {
    const tree = findTree(this.#target, listProcesses(), this.#known)
    for (const { pid, start } of tree) this.#known.set(pid, start)
    return tree
  }

  /** The pids of those that live. Not for Windows. */
  pids(): number[] {
    return this.#look().map(({ pid }) => pid)
  }

  #send(tree: readonly ProcessEntry[], signal: NodeJS.Signals): void {
    const group = this.#target.head?.pid ?? 0
    // The kernel signals a whole group in one step: no process of it can fork its way out meanwhile.
    if (group > 1 && tree.some(({ pgid }) => pgid === group)) send(-group, signal)
    for (const { pid, pgid } of tree) if (pgid !== group) send(pid, signal)
  }

  /**
   * Sends a signal to every process: at once to the group, one by one to those that left it.
   * @returns the pids there were
   * @throws JobyardError UNSUPPORTED_PLATFORM on Windows, which has no signals
   */
  signal(signal: NodeJS.Signals): number[] {
    refuseWindows(signal)
    const tree = this.#look()
    this.#send(tree, signal)
    return tree.map(({ pid }) => pid)
  }

  /**
   * The stop signal, and SIGCONT after it: a suspended process could not see the signal.
   * @returns the pids there were
   * @throws JobyardError UNSUPPORTED_PLATFORM on Windows
   */
  ask(signal: NodeJS.Signals): number[] {
    const pids = this.signal(signal)
    if (pids.length > 0 && signal !== 'SIGKILL') this.signal('SIGCONT')
    return pids
  }

  /** Waits until none is left. @returns false when `ms` went by first. On Windows true at once. */
  async gone(ms: number): Promise<boolean> {
    if (process.platform === 'win32') return true
    const deadline = performance.now() + ms
    for (let poll_ms = FIRST_POLL_MS; ; poll_ms = Math.min(poll_ms * 2, LONGEST_POLL_MS)) {
      if (this.#look().length === 0) return true
      const left_ms = deadline - performance.now()
      if (left_ms <= 0) return false
      await wait(Math.min(poll_ms, left_ms))
    }
  }

  /**
   * Kills every process, again and again until none is left.
   * @returns the pids that are still there after `deadline_ms` (of another user, or stuck in the kernel)
   */
  async kill(deadline_ms: number = KILL_DEADLINE_MS): Promise<number[]> {
    if (process.platform === 'win32') return killWindowsTree(this.#target)
    const deadline = performance.now() + deadline_ms
    for (let poll_ms = FIRST_POLL_MS; ; poll_ms = Math.min(poll_ms * 2, LONGEST_POLL_MS)) {
      const pids = this.signal('SIGKILL')
      if (pids.length === 0 || performance.now() > deadline) return pids
      await wait(poll_ms)
    }
  }

  /**
   * Stops every process where it stands, until a look finds none that still moves.
   * @param goOn asked before each round; false gives up and leaves the rest as it is
   * @throws JobyardError UNSUPPORTED_PLATFORM on Windows
   */
  async suspend(goOn: () => boolean = () => true): Promise<void> {
    refuseWindows('SIGSTOP')
    for (let round = 0; round < STOP_ROUNDS && goOn(); round += 1) {
      const moving = this.#look().filter(({ stopped }) => !stopped)
      if (moving.length === 0) return
      this.#send(moving, 'SIGSTOP')
      await wait(FIRST_POLL_MS)
    }
  }

  /**
   * Lets every process go on.
   * @throws JobyardError UNSUPPORTED_PLATFORM on Windows
   */
  resume(): void {
    this.signal('SIGCONT')
  }
}

/**
 * Ends a tree that is not (or no longer) watched by a worker: its stop signal, the grace, then SIGKILL of what is left.
 * Does nothing where the pid belongs to somebody else by now.
 * @param head null for a module job, which has no process of its own
 * @param mark see `attemptMark`; finds on Linux what left the group, and what a module job started
 * @returns the pids that could not be killed
 */
export async function endTree(
  head: { readonly pid: number; readonly start: string } | null,
  stop: StopPolicy,
  mark: string | null = null,
): Promise<number[]> {
  const tree = new ProcessTree({ head: head === null ? null : { ...head, own_child: false }, mark })
  if (process.platform !== 'win32') {
    if (tree.ask(stop.signal).length === 0) return []
    if (await tree.gone(stop.grace_ms)) return []
  }
  return tree.kill()
}

/** Gone already, or of another user: either way there is nothing more to do. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The callers look again.
  }
}

function refuseWindows(signal: NodeJS.Signals): void {
  if (process.platform !== 'win32') return
  throw new JobyardError('UNSUPPORTED_PLATFORM', `Windows has no ${signal}; stop the job instead.`)
}

/** There is no start time to check by: trusted only where we started the head ourselves, or know when it started. */
async function killWindowsTree({ head }: TreeTarget): Promise<number[]> {
  if (head === null) return []
  if (!head.own_child && (head.start === null || readStartTime(head.pid) !== head.start)) return []
  try {
    await promisify(execFile)('taskkill', ['/PID', String(head.pid), '/T', '/F'], { windowsHide: true })
  } catch {
    // It had ended already.
  }
  return []
}
