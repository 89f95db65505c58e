import { Buffer } from 'node:buffer'

interface Sink {
  write(stream: 'stdout' | 'stderr', bytes: Buffer): void
}
type Stream = NodeJS.WriteStream

/**
 * Leads what a module job prints (`console.log`, `process.stdout.write`) to the log of its attempt. What is printed
 * while no job runs goes where it always went: to the owner, as output of the worker itself.
 */
export class OutputCapture {
  #sink: Sink | null = null
  #installed = false

  attach(sink: Sink): void {
    if (!this.#installed) {
      this.#installed = true
      this.#install(process.stdout, 'stdout')
      this.#install(process.stderr, 'stderr')
    }
    this.#sink = sink
  }

  detach(): void {
    this.#sink = null
  }

  #install(target: Stream, stream: 'stdout' | 'stderr'): void {
    const original = target.write.bind(target)
    const replaced = (chunk: string | Uint8Array, ...rest: (string | Written | undefined)[]): boolean => {
      const [first] = rest
      const encoding = typeof first === 'string' && Buffer.isEncoding(first) ? first : 'utf8'
      const written = rest.find((value) => typeof value === 'function')
      if (this.#sink === null) {
        return typeof chunk === 'string' ? original(chunk, encoding, written) : original(chunk, written)
      }
      // A copy: the job may go on to use its buffer.
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk)
      this.#sink.write(stream, bytes)
      if (written !== undefined) process.nextTick(written)
      return true
    }
    target.write = replaced
  }
}

type Written = (error?: Error | null) => void
