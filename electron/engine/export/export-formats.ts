import { missingCase } from '../../../shared/errors.ts'
import type { EXPORT_FORMATS } from '../../../shared/ipc.ts'
import type { HistoryRecord } from '../../../shared/status.ts'
import { csvRows } from './csv.ts'
import { exportedJobJson } from './exported-job.ts'
import { joblogLines } from './joblog.ts'

/** `json`: one array; `jsonl`: one object a line; `csv`: RFC 4180, one row a job; `joblog`: as GNU parallel writes it. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const CHUNK_CHARS = 65_536

/** The jobs as text, in pieces of about 64 KiB. Takes them one by one, so memory does not grow with their number. */
export function* exportText(
  format: ExportFormat,
  records: Iterable<HistoryRecord>,
): Generator<string, void, undefined> {
  let chunk = ''
  for (const piece of pieces(format, records)) {
    chunk += piece
    if (chunk.length < CHUNK_CHARS) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

function pieces(format: ExportFormat, records: Iterable<HistoryRecord>): Iterable<string> {
  switch (format) {
    case 'json':
      return jsonArray(records)
    case 'jsonl':
      return jsonLines(records)
    case 'csv':
      return csvRows(records)
    case 'joblog':
      return joblogLines(records)
    default:
      return missingCase(format)
  }
}

function* jsonArray(records: Iterable<HistoryRecord>): Generator<string, void, undefined> {
  let separator = '[\n'
  for (const record of records) {
    yield `${separator}${JSON.stringify(exportedJobJson(record))}`
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

function* jsonLines(records: Iterable<HistoryRecord>): Generator<string, void, undefined> {
  for (const record of records) yield `${JSON.stringify(exportedJobJson(record))}\n`
}
