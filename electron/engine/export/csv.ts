import type { HistoryRecord } from '../../../shared/status.ts'
import { taskText } from '../../../shared/task-text.ts'
import { formatTime, formatTimeOrNull } from './time-text.ts'

type Cell = string | number | null

/** In the order of the columns. What a job has of its last attempt stands for the job. */
const COLUMNS: Readonly<Record<string, (record: HistoryRecord) => Cell>> = {
  id: ({ job }) => job.id,
  name: ({ job }) => job.name,
  kind: ({ job }) => job.kind,
  group: ({ job }) => job.group,
  state: ({ job }) => job.state,
  wait_reason: ({ wait_reason }) => wait_reason,
  cause: ({ job }) => ('cause' in job ? job.cause : null),
  exit_code: ({ job }) => ('exit_code' in job ? job.exit_code : null),
  signal: ({ attempts }) => attempts.at(-1)?.signal ?? null,
  error: ({ attempts }) => attempts.at(-1)?.error ?? null,
  attempts: ({ job }) => job.attempts,
  priority: ({ job }) => job.priority,
  queued_at: ({ job }) => formatTime(job.queued_ms),
  started_at: ({ job }) => ('started_ms' in job ? formatTimeOrNull(job.started_ms) : null),
  ended_at: ({ job }) => ('ended_ms' in job ? formatTime(job.ended_ms) : null),
  runtime_ms: ({ job }) =>
    'ended_ms' in job && job.started_ms !== null ? job.ended_ms - job.started_ms : null,
  result: ({ attempts }) => attempts.at(-1)?.result ?? null,
  command: ({ spec }) => taskText(spec.task),
  cwd: ({ spec }) => spec.cwd,
  source: ({ spec }) => spec.source?.file ?? null,
}

/**
 * One row a job below a row of column names, as RFC 4180 has it. Texts stand as they are: a spreadsheet may take one that
 * begins with `=` for a formula, so have it import the columns as text where the names are not your own.
 */
export function* csvRows(records: Iterable<HistoryRecord>): Generator<string, void, undefined> {
  yield row(Object.keys(COLUMNS))
  const columns = Object.values(COLUMNS)
  for (const record of records) yield row(columns.map((cell) => cell(record)))
}

function row(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`
}

/** Spaces at the ends are quoted, too: some readers cut them off. */
function quoted(cell: Cell): string {
  const text = String(cell ?? '')
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
