import cliTruncate from 'cli-truncate'
import type { Colors } from 'picocolors/types'
import stringWidth from 'string-width'
import { formatDuration } from '../../../shared/duration.ts'
import type { Size } from '../host.ts'
import { formatCount, oneLine } from '../output/text.ts'

/** A job that runs, as the view shows it. */
export interface ShownJob {
  readonly id: number
  /** null until it is known. */
  readonly name: string | null
  readonly state: 'running' | 'suspended' | 'stopping'
  readonly elapsed_ms: number
  /** 0..1; null where the job has said nothing. */
  readonly progress: number | null
  readonly message: string | null
}

/** Everything the live view shows at one moment. */
export interface LiveState {
  readonly succeeded: number
  /** Jobs that ended and did not succeed. */
  readonly bad: number
  /** Jobs the bar counts up to; null where there is no such number. */
  readonly total: number | null
  /** Jobs that wait; null where that is not known. */
  readonly waiting: number | null
  /** Those that run longest come first. */
  readonly running: readonly ShownJob[]
  readonly elapsed_ms: number
  readonly per_second: number | null
  readonly eta_ms: number | null
  /** What is going on instead of plain work ("finishing 2 running jobs"); null: nothing special. */
  readonly notice: string | null
}

const MAX_BAR = 40
const MIN_BAR = 5
/** Of the names of running jobs; longer ones are cut. */
const MAX_NAME = 40
/** Lines besides the running jobs: the bar, "n more", the notice, and the one the cursor rests on. */
const OTHER_LINES = 4

/** The lines of the live view. Each fits the width, all of them the height. */
export function renderLive(state: LiveState, size: Size, colors: Colors): string[] {
  const lines = [headLine(state, size.columns, colors), ...runningLines(state.running, size, colors)]
  if (state.notice !== null) lines.push(colors.yellow(state.notice))
  return lines
    .slice(0, Math.max(1, size.rows - 1))
    .map((line) => cliTruncate(line, Math.max(1, size.columns - 1)))
}

function headLine(state: LiveState, columns: number, colors: Colors): string {
  const ended = state.succeeded + state.bad
  const facts = headFacts(state, ended, colors)
  if (state.total === null || state.total === 0) return facts.join(' · ')
  const share = Math.min(1, ended / state.total)
  const percent = formatPercent(share).padStart(4)
  const text = `${percent}  ${facts.join(' · ')}`
  const room = Math.min(MAX_BAR, columns - stringWidth(text) - 2)
  return room < MIN_BAR ? text.trimStart() : `${bar(share, room, colors)} ${text}`
}

function headFacts(state: LiveState, ended: number, colors: Colors): string[] {
  const facts: string[] = []
  if (state.total === null) facts.push(`${formatCount(ended)} done`)
  else facts.push(`${formatCount(ended)}/${formatCount(state.total)}`)
  if (state.bad > 0) facts.push(colors.red(`${formatCount(state.bad)} not succeeded`))
  facts.push(`${formatCount(state.running.length)} running`)
  if (state.waiting !== null) facts.push(`${formatCount(state.waiting)} waiting`)
  if (state.per_second !== null) facts.push(`${formatRate(state.per_second)}/s`)
  facts.push(formatSeconds(state.elapsed_ms))
  // Rounded up: it is never there before it is through.
  if (state.eta_ms !== null) facts.push(`ETA ${formatSeconds(Math.ceil(state.eta_ms / 1_000) * 1_000)}`)
  return facts
}

function bar(share: number, width: number, colors: Colors): string {
  const full = Math.floor(share * width)
  return colors.green('█'.repeat(full)) + colors.dim('░'.repeat(width - full))
}

function runningLines(running: readonly ShownJob[], size: Size, colors: Colors): string[] {
  const room = Math.max(0, size.rows - OTHER_LINES)
  const shown = running.slice(0, room)
  const idWidth = Math.max(0, ...shown.map((job) => String(job.id).length))
  const nameWidth = Math.min(MAX_NAME, Math.max(0, ...shown.map((job) => stringWidth(nameOf(job)))))
  const lines = shown.map((job) => runningLine(job, idWidth, nameWidth, colors))
  const more = running.length - shown.length
  if (more > 0 && room > 0) lines.push(colors.dim(`  … ${formatCount(more)} more running`))
  return lines
}

function runningLine(job: ShownJob, idWidth: number, nameWidth: number, colors: Colors): string {
  const name = cliTruncate(nameOf(job), nameWidth)
  const parts = [
    `  ${colors.dim(String(job.id).padStart(idWidth))}`,
    `${name}${' '.repeat(Math.max(0, nameWidth - stringWidth(name)))}`,
    (job.progress === null ? '' : formatPercent(job.progress)).padStart(4),
    formatSeconds(job.elapsed_ms).padStart(7),
  ]
  if (job.state !== 'running') parts.push(colors.yellow(job.state))
  if (job.message !== null) parts.push(colors.dim(oneLine(job.message)))
  return parts.join('  ')
}

function nameOf(job: ShownJob): string {
  return job.name === null ? '' : oneLine(job.name)
}

/** Rounded down: 100 % means that all is through. (0.57 * 100 is a little less than 57.) */
function formatPercent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)}%`
}

/** Whole seconds: tenths would only flicker. */
function formatSeconds(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1_000)}s` : formatDuration(ms)
}

function formatRate(per_second: number): string {
  if (per_second >= 100) return formatCount(Math.round(per_second))
  return per_second >= 1 ? per_second.toFixed(1) : per_second.toFixed(2)
}
