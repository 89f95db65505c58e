import { isUtf8 } from 'node:buffer'
import { dirname } from 'node:path'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { FileFault } from './file-fault.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { readLines } from './line-reader.ts'
import type { RawLine } from './line-reader.ts'
import { NameTable } from './name-table.ts'
import { oneLine } from './normalise.ts'
import { FaultCounter } from './problem-list.ts'
import { RegularFile, withFile } from './regular-file.ts'
import type { LineFault } from './text-lines.ts'

/** Its first line. */
export const JOBLOG_HEADER = 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand'
/** Sequence number, five columns that do not matter here, exit value, signal, command. */
const LINE = /^(\d+)(?:\t[^\t]*){5}\t(-?\d+)\t(-?\d+)\t(.+)$/s
/** The spec of a command is mostly its text, twice. */

/** Whether a file is a log that GNU parallel has written with --joblog, or we in its manner. */
export function startsAsJoblog(path: string): boolean {
  const bytes = Buffer.alloc(JOBLOG_HEADER.length + 2)
  try {
    const length = withFile(path, (file) => file.read(bytes, 0, bytes.length))
    return /^[^\r\n]+\r?\n?/.exec(bytes.toString('latin1', 0, length))?.[0].trimEnd() === JOBLOG_HEADER
  } catch (error) {
    // Told when its jobs are read.
    if (error instanceof FileFault) return false
    throw error
  }
}

interface LoggedJob {
  readonly line: number
  /** The same for all tries of one job, also where several runs wrote into one log. */
  readonly id: string
  readonly succeeded: boolean
  readonly command: string
}

/**
 * Reads a joblog: each command that has never succeeded is a job, as for `parallel --retry-failed`. Memory grows by 16 to
 * 32 bytes with each line.
 */
export async function readJoblog(path: string, context: DocumentContext): Promise<void> {
  const { batches, problems } = context
  const faults = new FaultCounter<JobFileProblem>()
  const tell = (fault: LineFault): void => {
    faults.add(() => ({ file: path, path: '', ...fault }))
  }
  const before = batches.count
  try {
    const known = new NameTable()
    let lines = 0
    for (const { line, id, succeeded } of jobsIn(path, () => undefined)) {
      lines += 1
      if (succeeded && known.get(id) === undefined) known.add(id, { index: null, line })
    }
    for (const { line, id, command } of jobsIn(path, tell)) {
      if (known.get(id) !== undefined) continue
      known.add(id, { index: null, line })
      batches.add({ spec: specOf(command, path, line) })
      if (batches.isFull) await batches.flush()
    }
    if (batches.count === before && faults.count === 0) {
      tell({ line: 1, column: 1, code: 'EMPTY', message: lines === 0 ? NO_JOBS : ALL_SUCCEEDED })
    }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    tell({ line: null, column: null, code: error.code, message: error.message })
  }
  problems.add(faults.kept, faults.more)
}

const NO_JOBS = 'There is no job in this log.'
const ALL_SUCCEEDED = 'Every command of this log has succeeded: nothing of it is left to run.'

function specOf(command: string, file: string, line: number): JobSpec {
  return {
    name: oneLine(command),
    task: { kind: 'command', argv: null, shell_command: command },
    // Where its commands ran is not in the log.
    cwd: dirname(file),
    source: { file, line },
  }
}

function* jobsIn(path: string, tell: (fault: LineFault) => void): Generator<LoggedJob, void> {
  const file = new RegularFile(path)
  try {
    for (const raw of readLines(file)) {
      if (raw.number === 1 || raw.bytes?.length === 0) continue
      const job = jobOf(raw)
      if ('code' in job) tell(job)
      else yield job
    }
  } finally {
    file.close()
  }
}

function jobOf({ number: line, bytes }: RawLine): LoggedJob | LineFault {
  const fault = (code: LineFault['code'], message: string): LineFault => ({ line, column: 1, code, message })
  if (bytes === null) return fault('TOO_LARGE', `This line has more than ${MAX_LINE_BYTES} bytes.`)
  if (!isUtf8(bytes)) return fault('ENCODING', 'This is not UTF-8, so what has run here cannot be told.')
  const [, seq, exit_value, signal, written] = LINE.exec(bytes.toString('utf8').replace(/\r$/, '')) ?? []
  if (seq === undefined || written === undefined) {
    return fault(
      'SYNTAX',
      'This is no line of a joblog: it has not its nine columns, with tabs between them.',
    )
  }
  // GNU parallel writes line breaks so.
  const command = written.replaceAll('\0', '\n')
  return { line, id: `${seq} ${command}`, succeeded: exit_value === '0' && signal === '0', command }
}
