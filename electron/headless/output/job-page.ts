import type { Colors } from 'picocolors/types'
import { formatDuration } from '../../../shared/duration.ts'
import type { Attempt } from '../../../shared/job.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import type { JobDetails, NeedLink, UsualRun } from '../../../shared/status.ts'
import { memoryLimitText } from '../../../shared/memory-limit-text.ts'
import { relativeTimeoutText } from '../../../shared/relative-timeout.ts'
import { hookText } from '../../../shared/hook-text.ts'
import { causeText } from '../../../shared/cause-text.ts'
import { detailsText, paintState, runTimeText } from './state-text.ts'
import { taskText } from '../../../shared/task-text.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { counted, formatCount, oneLine } from './text.ts'

/** Of a value in one line. */
const MAX_VALUE = 200
const MAX_NEEDS = 20
const LABEL_WIDTH = 11

/** Everything about a job, for a person. */
export function renderJobPage(details: JobDetails, now_ms: number, colors: Colors): string[] {
  const { job, spec, attempts } = details
  const why = detailsText(details, now_ms)
  const ran = runTimeText(job, now_ms)
  const facts: [string, string][] = [
    ['state', [paintState(job.state, job.state, colors), why, ran].filter((text) => text !== '').join(', ')],
    ['group', `${oneLine(job.group)}, priority ${job.priority}`],
    ['queued', formatTime(job.queued_ms)],
    ...('due_ms' in job ? [['due', formatTime(job.due_ms)] satisfies [string, string]] : []),
    ...specFacts(spec, details.usual_run ?? null),
    ...(details.submission === null
      ? []
      : [['came with', oneLine(details.submission.label)] satisfies [string, string]]),
  ]
  return [
    colors.bold(`Job ${job.id}: ${oneLine(job.name)}`),
    ...facts.map(([label, value]) => fact(label, value)),
    ...needLines('needs', details.needs, details.needs_count),
    ...needLines('needed by', details.dependents, details.dependents_count),
    ...attempts.flatMap((attempt) => attemptLines(attempt, now_ms, colors)),
    ...(attempts.length === 0 ? [] : ['', `What it printed: jobyard log ${job.id}`]),
  ]
}

function fact(label: string, value: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${value}`
}

function specFacts(spec: JobSpec, usual_run: UsualRun | null): [string, string][] {
  const facts: [string, string][] = [
    ['runs', cut(taskText(spec.task))],
    ['cwd', oneLine(spec.cwd)],
  ]
  const env = Object.keys(spec.env ?? {})
  if (env.length > 0) facts.push(['env', cut(env.join(' '))])
  if (spec.slots !== undefined) facts.push(['slots', formatCount(spec.slots)])
  if (spec.timeout_ms !== undefined) facts.push(['timeout', formatDuration(spec.timeout_ms)])
  if (spec.timeout_percent !== undefined)
    facts.push(['timeout', relativeTimeoutText(spec.timeout_percent, usual_run)])
  if (spec.memory !== undefined) facts.push(['memory', memoryLimitText(spec.memory)])
  if (spec.unique !== undefined) facts.push(['unique', `${cut(spec.unique.key)} (${spec.unique.while})`])
  if (spec.retry !== undefined)
    facts.push(['retry', `up to ${counted(spec.retry.limit, 'time')}, ${spec.retry.backoff}`])
  if (spec.on_interrupt !== undefined) facts.push(['if lost', spec.on_interrupt])
  if (spec.on_finish !== undefined) facts.push(['then', cut(hookText(spec.on_finish))])
  const { source } = spec
  if (source !== undefined) {
    facts.push(['from', oneLine(source.line === undefined ? source.file : `${source.file}:${source.line}`)])
  }
  return facts
}

function cut(text: string): string {
  const line = oneLine(text)
  return line.length <= MAX_VALUE ? line : `${line.slice(0, MAX_VALUE)}…`
}

function needLines(label: string, needs: readonly NeedLink[], count: number): string[] {
  const lines = needs.slice(0, MAX_NEEDS).map(({ job_id, name, state, condition, status }) => {
    const what = name === null ? 'forgotten' : `${oneLine(name)}, ${state ?? 'unknown'}`
    return fact(label, `${job_id} (${what}) if ${condition}: ${status}`)
  })
  return count > lines.length
    ? [...lines, fact(label, `… and ${formatCount(count - lines.length)} more`)]
    : lines
}

function attemptLines(attempt: Attempt, now_ms: number, colors: Colors): string[] {
  const { number, started_ms, ended_ms, cause, exit_code, signal, error, result, log, ran } = attempt
  const how = cause === null ? 'running' : causeText(cause, exit_code)
  const time = formatDuration(Math.max(0, (ended_ms ?? now_ms) - started_ms))
  const lines = [
    '',
    colors.bold(`Attempt ${number}: ${how}${signal === null ? '' : ` (${signal})`}, ${time}`),
  ]
  lines.push(fact('started', formatTime(started_ms)))
  if (ended_ms !== null) lines.push(fact('ended', formatTime(ended_ms)))
  if (attempt.pid !== null) lines.push(fact('pid', String(attempt.pid)))
  if (ran !== undefined) lines.push(fact('ran', cut(ran)))
  if (error !== null) lines.push(fact('error', oneLine(error)))
  if (result !== null) lines.push(fact('result', cut(result)))
  if (log !== null) {
    const kept = log.cut_bytes === 0 ? '' : `, ${formatCount(log.cut_bytes)} of them cut`
    const sizes = `${formatCount(log.stdout_bytes)} to stdout, ${formatCount(log.stderr_bytes)} to stderr`
    lines.push(fact('bytes', `${sizes}${kept}`))
  }
  return lines
}
