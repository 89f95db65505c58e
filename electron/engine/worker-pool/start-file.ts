import { readFileSync } from 'node:fs'

/** The worker that a start file belongs to. */
export interface WorkerMark {
  readonly pid: number
  readonly start: string
}

/** What a worker noted of an attempt before and after it acted. */
export interface StartMark {
  readonly attempt_id: number
  /** Where a process was started: its pid and start time. */
  readonly process: { readonly pid: number; readonly start: string } | null
}

/**
 * Reads a worker's start file: lines `attempt_id` (written before the attempt is acted on) and
 * `attempt_id pid start_time` (once its process runs); the worker itself stands there as attempt
 * WORKER_MARK_ID (shared/worker-protocol.ts). A last line without its line feed was cut by a power loss and is ignored.
 */
export function readStartFile(path: string): Map<number, StartMark> {
  const marks = new Map<number, StartMark>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return marks
    throw error
  }
  for (const line of text.split('\n').slice(0, -1)) {
    const [id, pid, ...rest] = line.split(' ')
    const start = rest.join(' ')
    const attempt_id = Number(id)
    if (id === undefined || id === '' || !Number.isSafeInteger(attempt_id)) continue
    const whole = pid !== undefined && start !== '' && /^\d+$/.test(pid)
    const process = whole ? { pid: Number(pid), start } : (marks.get(attempt_id)?.process ?? null)
    marks.set(attempt_id, { attempt_id, process })
  }
  return marks
}
