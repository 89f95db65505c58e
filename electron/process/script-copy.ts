import { createHash } from 'node:crypto'
import { basename, dirname, extname, join } from 'node:path'

/**
 * Where the private copy of a script stands that one attempt runs: hidden, with the original's ending, beside the
 * original so that its relative imports work. The worker removes it when the attempt is over; after a crash whoever
 * recovers the attempt removes it by this same path.
 */
export function scriptCopyBeside(original_path: string, data_id: string, attempt_id: number): string {
  return join(dirname(original_path), copyName(original_path, data_id, attempt_id))
}

/** Where that copy stands when the folder of the original cannot be written to. */
export function scriptCopyInStore(
  script_dir: string,
  original_path: string,
  data_id: string,
  attempt_id: number,
): string {
  return join(script_dir, 'run', copyName(original_path, data_id, attempt_id))
}

function copyName(original_path: string, data_id: string, attempt_id: number): string {
  const ending = extname(original_path)
  // Two data directories may run the same script, each with an attempt of this number.
  const data = createHash('sha256').update(data_id).digest('hex').slice(0, 8)
  // A name may have 255 bytes; a character at most four.
  const stem = basename(original_path, ending).slice(0, 40)
  return `.${stem}.jobyard-${data}-${attempt_id}${ending.slice(0, 10)}`
}
