import { expect, test } from 'vitest'
import { FloodCheck } from './flood-check.ts'
import { BLOCK_BYTES, floodBlock, floodBlocks, streamOfBlock, type FloodStream } from './jobs/flood-format.ts'

const BYTES = 16 * BLOCK_BYTES

/** All that a flood job of 16 blocks prints. */
function printed(): Record<FloodStream, Buffer> {
  const streams: Record<FloodStream, Buffer[]> = { stdout: [], stderr: [] }
  for (let block = 0; block < floodBlocks(BYTES).all; block++) {
    const stream = streamOfBlock(block)
    streams[stream].push(floodBlock(stream, streams[stream].length))
  }
  return { stdout: Buffer.concat(streams.stdout), stderr: Buffer.concat(streams.stderr) }
}

function check(output: Readonly<Record<FloodStream, Buffer>>): void {
  const CHUNK_BYTES = 7_777
  const flood = new FloodCheck(BYTES)
  for (const stream of ['stdout', 'stderr'] as const) {
    for (let at = 0; at < output[stream].length; at += CHUNK_BYTES) {
      flood.feed(stream, output[stream].subarray(at, at + CHUNK_BYTES))
    }
  }
  flood.end()
}

test('takes what was printed, whatever the chunks', () => {
  check(printed())
})

test('lines are numbered across blocks', () => {
  expect(floodBlock('stderr', 2).toString().slice(0, 15)).toBe('e 000000001280 ')
})

test('sees a lost byte, a lost block, a wrong order and a wrong stream', () => {
  const good = printed()
  const line = (number: number): Buffer => good.stdout.subarray(number * 100, number * 100 + 100)
  const swapped = Buffer.concat([line(1), line(0), good.stdout.subarray(200)])
  for (const bad of [
    { ...good, stdout: good.stdout.subarray(0, -1) },
    { ...good, stdout: good.stdout.subarray(0, -BLOCK_BYTES) },
    { ...good, stderr: good.stderr.subarray(BLOCK_BYTES) },
    { ...good, stderr: Buffer.concat([good.stderr, good.stderr]) },
    { ...good, stdout: swapped },
    { stdout: good.stderr, stderr: good.stdout },
  ]) {
    expect(() => {
      check(bad)
    }).toThrow(/flood job/)
  }
})
