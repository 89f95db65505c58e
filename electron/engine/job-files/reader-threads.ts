import { Worker } from 'node:worker_threads'
import { MAX_HEAP_MIB, MAX_YOUNG_HEAP_MIB } from './limits.ts'

/** So long a thread waits for more to read: as long as a person looks at a preview. */
const KEEP_MS = 60_000

interface Spare {
  readonly entry: string
  readonly thread: Worker
  readonly forget: () => void
}

/**
 * The last thread that has read, if it is not used: it has started, and its code is compiled, which takes longer than most
 * drops. What is previewed is mostly queued a moment later. It keeps no process alive.
 */
let spare: Spare | null = null

/** A thread that reads nothing now. @param entry path of job-file-thread.ts, or of what was built of it */
export function takeReader(entry: string): Worker {
  if (spare?.entry === entry) {
    const { thread, forget } = spare
    forget()
    thread.ref()
    return thread
  }
  const thread = new Worker(entry, {
    // Nothing in there needs it, and the YAML library prints for debugging where a variable is set.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB, maxYoungGenerationSizeMb: MAX_YOUNG_HEAP_MIB },
  })
  // It may still fall over while it is ended, when nobody listens any more.
  return thread.on('error', () => undefined)
}

/** Keeps a thread that has read all it was told to, for a while. */
export async function keepReader(entry: string, thread: Worker): Promise<void> {
  if (spare !== null) {
    await thread.terminate()
    return
  }
  const timer = setTimeout(() => void endSpareReader(), KEEP_MS).unref()
  const forget = (): void => {
    clearTimeout(timer)
    thread.off('error', forget).off('exit', forget)
    if (spare?.thread === thread) spare = null
  }
  thread.on('error', forget).on('exit', forget)
  thread.unref()
  spare = { entry, thread, forget }
}

/**
 * The next one that reads starts anew.
 * @internal for tests and benches
 */
export async function endSpareReader(): Promise<void> {
  const ended = spare
  ended?.forget()
  await ended?.thread.terminate()
}
