/** A job that prints a given number of bytes at a given rate: `node flood.ts BYTES BYTES_PER_S`. */
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { BLOCK_BYTES, floodBlock, floodBlocks, streamOfBlock, type FloodStream } from './flood-format.ts'

const MS_PER_S = 1000

const [bytes, bytesPerSecond] = process.argv.slice(2).map(Number)
if (!bytes || !bytesPerSecond)
  throw new Error('Say how many bytes and how many of them each second: flood.ts BYTES BYTES_PER_S')

const printed: Record<FloodStream, number> = { stdout: 0, stderr: 0 }
const start = performance.now()
for (let block = 0; block < floodBlocks(bytes).all; block++) {
  const due_ms = (block * BLOCK_BYTES * MS_PER_S) / bytesPerSecond - (performance.now() - start)
  if (due_ms > 1) await delay(due_ms)
  const stream = streamOfBlock(block)
  await write(stream, floodBlock(stream, printed[stream]))
  printed[stream] += 1
}

/** Resolves when the reader of the pipe has taken it: a flood waits for who reads it. */
function write(stream: FloodStream, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    process[stream].write(chunk, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}
