import { constants } from 'node:os'
import { missingCase } from '../../../shared/errors.ts'
import type { Attempt } from '../../../shared/job.ts'
import type { Task } from '../../../shared/job-spec.ts'
import type { HistoryRecord } from '../../../shared/status.ts'

const HEADER = 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n'
/** What GNU parallel writes for the machine it runs on. */
const THIS_HOST = ':'
/** What it writes for a job that has no exit value of its own, such as one it ended at its timeout. */
const NO_EXIT_VALUE = -1
const SIGNAL_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(constants.signals))

/**
 * A line for each job that has run, as `parallel --joblog` writes it: its last attempt, with the job's id for `Seq` and
 * the bytes of its standard output for `Receive`. A job that has not run, or runs now, has none.
 */
export function* joblogLines(records: Iterable<HistoryRecord>): Generator<string, void, undefined> {
  yield HEADER
  for (const record of records) {
    const attempt = record.attempts.at(-1)
    if (attempt !== undefined && attempt.ended_ms !== null) yield line(record, attempt, attempt.ended_ms)
  }
}

function line({ job, spec }: HistoryRecord, attempt: Attempt, ended_ms: number): string {
  const signal = attempt.signal === null ? 0 : (SIGNAL_NUMBERS.get(attempt.signal) ?? 0)
  const cells = [
    job.id,
    THIS_HOST,
    (attempt.started_ms / 1_000).toFixed(3),
    ((ended_ms - attempt.started_ms) / 1_000).toFixed(3).padStart(10),
    0,
    attempt.log?.stdout_bytes ?? 0,
    exitValue(attempt, signal),
    signal,
    // Line breaks would make it hard to read; GNU parallel does the same, and turns them back.
    shellCommand(spec.task).replaceAll('\n', '\0'),
  ]
  return `${cells.join('\t')}\n`
}

/** Never zero beside a zero signal for what did not end well: that is how the readers of a joblog tell. */
function exitValue({ cause, exit_code }: Attempt, signal: number): number {
  if (cause === 'exit') return exit_code ?? NO_EXIT_VALUE
  if (cause === 'signal' && signal !== 0) return 0
  return exit_code === null || exit_code === 0 ? NO_EXIT_VALUE : exit_code
}

/** What a POSIX shell would have to be told to run the same; a module has no such command, and is named. */
function shellCommand(task: Task): string {
  switch (task.kind) {
    case 'command':
      return task.shell_command ?? shellWords(task.argv ?? [])
    case 'script':
      return shellWords([...task.interpreter, task.original_path, ...task.args])
    case 'module':
      return shellWords([task.module])
    default:
      return missingCase(task)
  }
}

function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
