import type { ApiClient, LogPiece } from '../../../shared/ipc.ts'
import { MAX_LOG_BYTES } from '../../../shared/ipc.ts'
import { saveFile } from '../save-file.ts'
import type { LogFilter } from './log-choices.svelte.ts'

/** Saves what an attempt printed as it was printed, colours and all; what Jobyard noted too where both streams are wanted. */
export async function downloadLog(
  api: ApiClient,
  attempt_id: number,
  streams: LogFilter,
  file_name: string,
): Promise<void> {
  const parts: string[] = []
  let from: string | null = null
  let is_at_end = false
  while (!is_at_end) {
    const piece: LogPiece = await api('job:log', { attempt_id, from, max_bytes: MAX_LOG_BYTES })
    for (const { stream, text } of piece.chunks)
      if (streams === 'both' || stream === streams) parts.push(text)
    from = piece.next
    is_at_end = piece.at_end
  }
  saveFile(file_name, parts, 'text/plain;charset=utf-8')
}
