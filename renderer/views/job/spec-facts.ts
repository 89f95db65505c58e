import { hookText } from '../../../shared/hook-text.ts'
import type { JobSpec, RetryPolicy } from '../../../shared/job-spec.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import { memoryLimitText } from '../../../shared/memory-limit-text.ts'
import { relativeTimeoutText } from '../../../shared/relative-timeout.ts'
import type { UsualRun } from '../../../shared/status.ts'
import { formatAbsolute, formatBytes, formatDuration, plural } from '../../format.ts'

const UNIQUE_WORDS = {
  queued: 'one that waits at a time',
  active: 'one at a time',
  ever: 'only once',
} as const

export interface SpecFact {
  readonly label: string
  readonly value: string
  /** As it is typed somewhere: a path, a command. */
  readonly is_code: boolean
  /** Nobody asked for it: it is what every job has. */
  readonly is_default: boolean
}

/** The spec in words, what runs and where first. */
export function specFacts(spec: JobSpec, usual_run: UsualRun | null = null): SpecFact[] {
  const facts: SpecFact[] = []
  const add = (label: string, value: string, is_code = false, is_default = false): void => {
    facts.push({ label, value, is_code, is_default })
  }
  add('Folder', spec.cwd, true)
  if (spec.task.kind === 'script') add('Script', spec.task.original_path, true)
  if (spec.source !== undefined) {
    const { file, line } = spec.source
    add('Job file', line === undefined ? file : `${file}, line ${line}`, true)
  }
  add('Group', spec.group ?? SPEC_DEFAULTS.group, false, spec.group === undefined)
  add('Priority', String(spec.priority ?? SPEC_DEFAULTS.priority), false, spec.priority === undefined)
  add('Slots', String(spec.slots ?? SPEC_DEFAULTS.slots), false, spec.slots === undefined)
  if (spec.hold === true) add('Held', 'until it is released')
  if (spec.at_ms !== undefined) add('Starts', `at ${formatAbsolute(spec.at_ms)}`)
  if (spec.delay_ms !== undefined) add('Starts', `${formatDuration(spec.delay_ms)} after it was queued`)
  if (spec.memory !== undefined) add('Memory', memoryLimitText(spec.memory))
  if (spec.unique !== undefined) add('Unique key', `${spec.unique.key}, ${UNIQUE_WORDS[spec.unique.while]}`)
  if (spec.timeout_percent !== undefined) add('Timeout', relativeTimeoutText(spec.timeout_percent, usual_run))
  else if (spec.timeout_ms === undefined) add('Timeout', 'none', false, true)
  else add('Timeout', formatDuration(spec.timeout_ms))
  if (spec.retry === undefined) add('Retries', 'none', false, true)
  else add('Retries', retryText(spec.retry))
  const stop = spec.stop ?? SPEC_DEFAULTS.stop
  const stop_text = `${stop.signal}, killed after ${formatDuration(stop.grace_ms)}`
  add('Stopped by', stop_text, false, spec.stop === undefined)
  const interrupt = { ask: 'asks what to do', requeue: 'runs again', fail: 'counts as failed' }
  const on_interrupt = spec.on_interrupt ?? SPEC_DEFAULTS.on_interrupt
  add('If interrupted', interrupt[on_interrupt], false, spec.on_interrupt === undefined)
  if (spec.on_finish !== undefined) add('Afterwards', hookText(spec.on_finish), true)
  const log_max_bytes = spec.log_max_bytes ?? SPEC_DEFAULTS.log_max_bytes
  add('Output kept', `up to ${formatBytes(log_max_bytes)}`, false, spec.log_max_bytes === undefined)
  return facts
}

function retryText({ limit, backoff, interval_ms, max_ms, jitter, exit_codes, causes }: RetryPolicy): string {
  const wait =
    backoff === 'fixed'
      ? `every ${formatDuration(interval_ms)}`
      : `after ${formatDuration(interval_ms)}, then ever longer up to ${formatDuration(max_ms)}`
  const parts = [`${plural(limit, 'time')}, ${wait}`]
  if (jitter > 0) parts.push(`give or take ${Math.round(jitter * 100)}%`)
  if (exit_codes !== null) parts.push(`only exit codes ${exit_codes.join(', ')}`)
  if (causes.includes('worker-lost')) parts.push('also where its worker dies')
  return parts.join('; ')
}
