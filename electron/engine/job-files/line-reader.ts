import { MAX_LINE_BYTES } from './limits.ts'
import { changed } from './regular-file.ts'
import type { RegularFile } from './regular-file.ts'

const CHUNK_BYTES = 262_144
const LF = 10

/** One line without its line feed. `bytes` is null where it is too long; it is overwritten when the next line is read. */
export interface RawLine {
  readonly number: number
  readonly bytes: Buffer | null
}

/**
 * The lines of a file, in memory that does not depend on its size.
 * @throws FileFault CHANGED where it was written to meanwhile: what came in then may be half a line
 */
export function* readLines(file: RegularFile): Generator<RawLine, void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES + MAX_LINE_BYTES)
  let kept = 0
  let number = 0
  let skipping = false
  let left = file.size
  while (left > 0) {
    const count = file.read(buffer, kept, Math.min(CHUNK_BYTES, left))
    if (count === 0) throw changed()
    left -= count
    const filled = kept + count
    let from = 0
    for (let end = buffer.indexOf(LF, kept); end >= 0 && end < filled; end = buffer.indexOf(LF, from)) {
      number += 1
      yield { number, bytes: skipping || end - from > MAX_LINE_BYTES ? null : buffer.subarray(from, end) }
      skipping = false
      from = end + 1
    }
    kept = filled - from
    if (kept > MAX_LINE_BYTES) skipping = true
    if (skipping) kept = 0
    else buffer.copyWithin(0, from, filled)
  }
  if (skipping || kept > 0) yield { number: number + 1, bytes: skipping ? null : buffer.subarray(0, kept) }
  file.refuseIfChanged()
}
