import type { EndedJob } from '../../../shared/status.ts'
import { formatTime, formatTimeOrNull } from '../export/time-text.ts'
import { shellQuote } from '../job-files/replacement.ts'

/** What a hook may name in braces; each is also a variable `JOBYARD_…` of its job. */
export type HookFields = Readonly<Record<string, string>>

/** How many jobs ended since the queue was done the last time. */
export interface QueueCounts {
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly skipped: number
}

const MS_PER_S = 1_000

export function jobFields(job: EndedJob, group: string): HookFields {
  const { id, name, state, cause, exit_code, attempts, queued_ms, started_ms, ended_ms } = job
  return {
    ...{ id: String(id), name, state, cause, group },
    exit_code: exit_code === null ? '' : String(exit_code),
    attempts: String(attempts),
    duration_s: started_ms === null ? '' : String((ended_ms - started_ms) / MS_PER_S),
    queued_at: formatTime(queued_ms),
    started_at: formatTimeOrNull(started_ms) ?? '',
    ended_at: formatTime(ended_ms),
  }
}

export function queueFields(counts: QueueCounts): HookFields {
  const { succeeded, failed, cancelled, skipped } = counts
  const numbers = { succeeded, failed, cancelled, skipped }
  return Object.fromEntries(Object.entries(numbers).map(([key, count]) => [key, String(count)]))
}

/** Puts values in the place of their names, quoted for the shell. Other braces are the shell's own business. */
export function fillHook(command: string, fields: HookFields, platform?: NodeJS.Platform): string {
  return command.replaceAll(/\{([a-z_]+)\}/g, (hole, name: string) => {
    const value = fields[name]
    return value === undefined ? hole : shellQuote(value, platform)
  })
}

/** `JOBYARD_ENDED_NAME`, `JOBYARD_QUEUE_FAILED`: for scripts, which need no quotes then. (`JOBYARD_JOB_…` is of the hook's own job.) */
export function hookEnv(prefix: 'ENDED' | 'QUEUE', fields: HookFields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [`JOBYARD_${prefix}_${key.toUpperCase()}`, value]),
  )
}
