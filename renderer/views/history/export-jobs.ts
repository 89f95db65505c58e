import type { AbortEvents, ApiClient, EXPORT_FORMATS } from '../../../shared/ipc.ts'
import type { JobFilter } from '../../../shared/selection.ts'

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = {
  json: 'JSON',
  jsonl: 'JSON lines',
  csv: 'CSV',
  joblog: 'Job log of GNU parallel',
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
  joblog: 'text/plain',
}

/** Reads an export piece by piece. @param onProgress told how many characters there are */
export async function exportJobs(
  api: ApiClient,
  filter: JobFilter,
  format: ExportFormat,
  options: { readonly signal: AbortEvents; readonly onProgress: (chars: number) => void },
): Promise<{ readonly parts: string[]; readonly type: string; readonly file_name: string }> {
  const parts: string[] = []
  let chars = 0
  let export_id: string | null = null
  do {
    const piece: { readonly text: string; readonly export_id: string | null } = await api(
      'jobs:export',
      { filter, format, export_id },
      options.signal,
    )
    parts.push(piece.text)
    chars += piece.text.length
    export_id = piece.export_id
    options.onProgress(chars)
  } while (export_id !== null)
  const ending = format === 'joblog' ? 'log' : format
  return { parts, type: TYPES[format], file_name: `jobyard-history.${ending}` }
}
