import { BLOCK_BYTES, floodBlock, floodBlocks, type FloodStream } from './jobs/flood-format.ts'

/** Checks the stored output of one flood job: every byte there, in order, in the stream it was printed to. */
export class FloodCheck {
  readonly #blocks: Readonly<Record<FloodStream, number>>
  readonly #seen: Record<FloodStream, number> = { stdout: 0, stderr: 0 }
  readonly #rest: Record<FloodStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }

  /** @param bytes what the job was told to print */
  constructor(bytes: number) {
    this.#blocks = floodBlocks(bytes)
  }

  /** Takes the next bytes of a stream. Throws where they are not what was printed. */
  feed(stream: FloodStream, chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest[stream], chunk])
    let at = 0
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
      const block = this.#seen[stream]
      if (floodBlock(stream, block).compare(bytes, at, at + BLOCK_BYTES) !== 0) {
        throw new Error(
          `The ${stream} of a flood job is not what it printed from byte ${String(block * BLOCK_BYTES)} on`,
        )
      }
      this.#seen[stream] = block + 1
    }
    this.#rest[stream] = bytes.subarray(at)
  }

  /** To be called after the last byte. Throws when there was too little or too much. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#seen[stream] !== this.#blocks[stream] || this.#rest[stream].length > 0) {
        const bytes = this.#seen[stream] * BLOCK_BYTES + this.#rest[stream].length
        throw new Error(
          `The ${stream} of a flood job has ${String(bytes)} bytes instead of ${String(this.#blocks[stream] * BLOCK_BYTES)}`,
        )
      }
    }
  }
}
