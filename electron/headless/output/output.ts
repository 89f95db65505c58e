/** What `Output` needs of a stream: process.stdout has it, and so has a stream of a test. */
export interface OutputStream {
  write(text: string | Uint8Array, done?: () => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'drain', listener: () => void): unknown
}

/**
 * Standard output or standard error. A reader that goes away (`jobyard ls | head`) is no fault: what is written after
 * that is dropped, and `write` says so.
 */
export class Output {
  readonly #stream: OutputStream
  #gone = false
  #waiting: (() => void)[] = []

  constructor(stream: OutputStream) {
    this.#stream = stream
    // Also a full disk or a closed terminal: there is nobody left to tell.
    stream.on('error', () => {
      this.#gone = true
      this.#wake()
    })
  }

  /** The reader is gone. */
  get gone(): boolean {
    return this.#gone
  }

  /** Resolves when more may come; false where nobody reads any more. */
  async write(text: string | Uint8Array): Promise<boolean> {
    if (this.#gone) return false
    if (!this.#stream.write(text)) await this.#drained()
    return !this.#gone
  }

  line(text: string): Promise<boolean> {
    return this.write(`${text}\n`)
  }

  /** Resolves when everything written has been taken, or nobody will take it. */
  flushed(): Promise<void> {
    if (this.#gone) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#stream.write('', resolve)
    })
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length > 1) return
      this.#stream.once('drain', () => {
        this.#wake()
      })
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
