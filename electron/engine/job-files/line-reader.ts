import { MAX_LINE_BYTES } from './limits.ts'
import { changed } from './regular-file.ts'
import type { RegularFile } from './regular-file.ts'

/** Small enough that whoever keeps a part of its text keeps little else alive. */
const CHUNK_BYTES = 65_536
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
  let number = 0
  for (const block of readBlocks(file)) {
    for (const bytes of linesIn(block)) {
      number += 1
      yield { number, bytes }
    }
  }
}

/**
 * As many whole lines as come in at a time, with their line feeds; null for a line that is too long. A block is
 * overwritten when the next one is read.
 * @throws FileFault CHANGED as `readLines` does
 */
export function* readBlocks(file: RegularFile): Generator<Buffer | null, void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES + MAX_LINE_BYTES)
  let kept = 0
  let skipping = false
  let left = file.size
  while (left > 0) {
    const count = file.read(buffer, kept, Math.min(CHUNK_BYTES, left))
    if (count === 0) throw changed()
    left -= count
    const filled = buffer.subarray(0, kept + count)
    let from = 0
    if (skipping) {
      from = filled.indexOf(LF) + 1
      if (from === 0) continue
      skipping = false
      yield null
    }
    const end = Math.max(filled.lastIndexOf(LF) + 1, from)
    if (end > from) yield filled.subarray(from, end)
    kept = filled.length - end
    if (kept > MAX_LINE_BYTES) skipping = true
    if (skipping) kept = 0
    else filled.copyWithin(0, end)
  }
  if (skipping || kept > 0) yield skipping ? null : buffer.subarray(0, kept)
  file.refuseIfChanged()
}

/** The lines of a block, without their line feeds; null for one that is too long. */
export function* linesIn(block: Buffer | null): Generator<Buffer | null, void> {
  if (block === null) {
    yield null
    return
  }
  for (let from = 0; from < block.length;) {
    const found = block.indexOf(LF, from)
    const end = found < 0 ? block.length : found
    yield end - from > MAX_LINE_BYTES ? null : block.subarray(from, end)
    from = end + 1
  }
}
