import { setTimeout as wait } from 'node:timers/promises'
import { findProcess } from '../../process/process-list.ts'
import type { WorkerMark } from '../worker-pool/start-file.ts'

const POLL_MS = 20
/** What SIGKILL may take. */
const KILL_DEADLINE_MS = 5_000

/**
 * Waits until a worker of a dead owner has ended: it might still begin what it was handed ahead, or run a module job. It
 * ends by itself, with the grace of its job; one that does not is killed. (What its job has started is ended apart.)
 */
export async function endOrphanWorker(worker: WorkerMark, grace_ms: number): Promise<void> {
  if (await isGone(worker, grace_ms)) return
  try {
    process.kill(worker.pid, 'SIGKILL')
  } catch {
    // It has just ended, or belongs to somebody else.
  }
  await isGone(worker, KILL_DEADLINE_MS)
}

async function isGone({ pid, start }: WorkerMark, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  for (;;) {
    const found = findProcess(pid)
    if (found === null || found.zombie || found.start !== start) return true
    if (performance.now() >= deadline) return false
    await wait(POLL_MS)
  }
}
