import cliTruncate from 'cli-truncate'
import type { Colors } from 'picocolors/types'
import stringWidth from 'string-width'
import { formatDuration } from '../../../shared/duration.ts'
import type { EndedJob } from '../../../shared/status.ts'
import { causeText } from '../../../shared/cause-text.ts'
import { oneLine, outputLine } from '../output/text.ts'

/** A job that did not succeed, with what it left. */
export interface Failure {
  readonly job: EndedJob
  /** A sentence of ours about its last attempt. */
  readonly error: string | null
  /** The last lines it printed to stderr. */
  readonly stderr: readonly string[]
}

const MAX_NAME = 40

/** The table of jobs that did not succeed, each with the last lines of its stderr below. */
export function renderFailures(failures: readonly Failure[], columns: number, colors: Colors): string[] {
  const width = Math.max(1, columns - 1)
  const idWidth = Math.max(0, ...failures.map(({ job }) => String(job.id).length))
  const nameWidth = Math.min(
    MAX_NAME,
    Math.max(0, ...failures.map(({ job }) => stringWidth(oneLine(job.name)))),
  )
  return failures.flatMap(({ job, error, stderr }) => {
    const name = cliTruncate(oneLine(job.name), nameWidth)
    const head = [
      colors.red(job.state.padEnd(11)),
      String(job.id).padStart(idWidth),
      name + ' '.repeat(Math.max(0, nameWidth - stringWidth(name))),
      details(job),
    ]
    const below = error === null ? stderr.map(outputLine) : [oneLine(error), ...stderr.map(outputLine)]
    const indent = ' '.repeat(12)
    return [head.join('  '), ...below.map((line) => `${indent}${colors.dim('│')} ${line}`)].map((line) =>
      cliTruncate(line, width),
    )
  })
}

function details(job: EndedJob): string {
  const parts = [causeText(job.cause, job.exit_code)]
  if (job.attempts > 1) parts.push(`${job.attempts} attempts`)
  if (job.started_ms !== null) parts.push(formatDuration(Math.max(0, job.ended_ms - job.started_ms)))
  return parts.join(' · ')
}
