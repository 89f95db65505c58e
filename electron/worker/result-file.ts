import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_INLINE_CHARS } from '../../shared/worker-protocol.ts'
import type { Outcome } from '../../shared/worker-protocol.ts'

/**
 * How a result travels: inside the message, or as a file where it is large.
 * @throws the system's error where the file cannot be written
 */
export async function packResult(
  json: string,
  result_dir: string,
  attempt_id: number,
): Promise<Outcome['result']> {
  if (json.length <= MAX_INLINE_CHARS) return { json }
  const file = join(result_dir, `${attempt_id}.json`)
  await writeFile(file, json, { mode: 0o600 })
  return { file, bytes: Buffer.byteLength(json) }
}
