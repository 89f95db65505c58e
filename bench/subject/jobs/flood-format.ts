/**
 * What a flood job prints, so that the checker knows each byte that must come: blocks of numbered lines of one length,
 * most to stdout and every eighth to stderr, each stream with numbers of its own.
 */
export type FloodStream = 'stdout' | 'stderr'

const LINE_BYTES = 100
const DIGITS = 12
const BLOCK_LINES = 640
const STDERR_EVERY = 8
const ZERO = 48

export const BLOCK_BYTES = LINE_BYTES * BLOCK_LINES

const TEMPLATES: Readonly<Record<FloodStream, Buffer>> = {
  stdout: template('o'),
  stderr: template('e'),
}

/** Blocks that make up `bytes` (rounded up), and how many of them each stream gets. */
export function floodBlocks(bytes: number): Readonly<Record<FloodStream | 'all', number>> {
  const all = Math.ceil(bytes / BLOCK_BYTES)
  const stderr = Math.floor(all / STDERR_EVERY)
  return { all, stdout: all - stderr, stderr }
}

/** Stream of block number `block`, counted over both streams. */
export function streamOfBlock(block: number): FloodStream {
  return block % STDERR_EVERY === STDERR_EVERY - 1 ? 'stderr' : 'stdout'
}

/** Block number `block` of a stream, counted in that stream. A new buffer each time: it may still be on its way out. */
export function floodBlock(stream: FloodStream, block: number): Buffer {
  const bytes = Buffer.from(TEMPLATES[stream])
  for (let line = 0; line < BLOCK_LINES; line++) {
    let value = block * BLOCK_LINES + line
    for (let digit = DIGITS; digit > 0 && value > 0; digit--) {
      bytes[line * LINE_BYTES + 1 + digit] = ZERO + (value % 10)
      value = Math.floor(value / 10)
    }
  }
  return bytes
}

function template(letter: string): Buffer {
  const head = `${letter} ${'0'.repeat(DIGITS)} `
  return Buffer.from(`${head}${'.'.repeat(LINE_BYTES - head.length - 1)}\n`.repeat(BLOCK_LINES))
}
