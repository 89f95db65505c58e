import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync, writev, writevSync } from 'node:fs'
import { dirname } from 'node:path'

interface OpenFile {
  readonly fd: number
  /** Where the last whole record ends. */
  position: number
  /** Bytes of all records, without headers. */
  payload: number
  /** The same without notes. */
  output: number
}

/** Records on their way into one file. */
export interface LogBatch {
  readonly parts: readonly Buffer[]
  /** Bytes of the records, without headers. */
  readonly payload: number
  /** The same without notes. */
  readonly output: number
}

const TAIL_FILES = 2
const MODE = 0o600

/**
 * The files of one attempt's output: a head that takes the first half of the cap, then two tail files of a quarter each
 * that are filled in turns, the older one thrown away (see shared/log-format.ts). A file is made when the first byte
 * for it comes.
 */
export class LogFiles {
  readonly #path: string
  readonly #head_bytes: number
  readonly #tail_bytes: number
  #head: OpenFile | null = null
  readonly #tails: (OpenFile | null)[] = [null, null]
  /** Tail files begun so far; the newest is number `begun - 1`, in turns. */
  #begun = 0
  #written = 0

  /** @param max_bytes cap of the payload of all files together */
  constructor(path: string, max_bytes: number) {
    this.#path = path
    this.#tail_bytes = Math.floor(max_bytes / 4)
    this.#head_bytes = max_bytes - TAIL_FILES * this.#tail_bytes
  }

  /** Bytes written so far, headers and what was thrown away later included. */
  get written(): number {
    return this.#written
  }

  /** Bytes of stdout and stderr that are in the files now. */
  get output(): number {
    return [this.#head, ...this.#tails].reduce((sum, file) => sum + (file?.output ?? 0), 0)
  }

  /** Goes on to the next file where the current one is full. @returns bytes it still takes; 0 = nothing is kept any more */
  makeRoom(): number {
    const most = this.#begun === 0 ? this.#head_bytes : this.#tail_bytes
    const left = most - (this.#current?.payload ?? 0)
    if (left > 0) return left
    if (this.#tail_bytes === 0) return 0
    this.#beginTail()
    return this.#tail_bytes
  }

  get #current(): OpenFile | null {
    return this.#begun === 0 ? this.#head : (this.#tails[(this.#begun - 1) % TAIL_FILES] ?? null)
  }

  #beginTail(): void {
    const index = this.#begun % TAIL_FILES
    this.#begun += 1
    const old = this.#tails[index] ?? null
    if (old === null) return
    old.payload = 0
    old.output = 0
    old.position = 0
    truncate(old)
  }

  /** @throws the system's error where the file cannot be made */
  #open(): OpenFile {
    const current = this.#current
    if (current !== null) return current
    const index = (this.#begun - 1) % TAIL_FILES
    const path = this.#begun === 0 ? this.#path : `${this.#path}.tail${index}`
    const file: OpenFile = { fd: openMaking(path), position: 0, payload: 0, output: 0 }
    if (this.#begun === 0) this.#head = file
    else this.#tails[index] = file
    return file
  }

  /**
   * Appends whole records to the current file.
   * @throws the system's error; the file then ends where it ended before
   */
  async append(batch: LogBatch): Promise<void> {
    const file = this.#open()
    let left = batch.parts
    let at = file.position
    try {
      while (left.length > 0) {
        const written = await writeAll(file.fd, left, at)
        at += written
        left = without(left, written)
      }
    } catch (error) {
      truncate(file)
      throw error
    }
    this.#took(file, at, batch)
  }

  /** As `append`, but returns only when it is written. */
  appendSync(batch: LogBatch): void {
    const file = this.#open()
    let left = batch.parts
    let at = file.position
    try {
      while (left.length > 0) {
        const [only] = left
        const written =
          only !== undefined && left.length === 1
            ? writeSync(file.fd, only, 0, only.length, at)
            : writevSync(file.fd, [...left], at)
        at += written
        left = without(left, written)
      }
    } catch (error) {
      truncate(file)
      throw error
    }
    this.#took(file, at, batch)
  }

  #took(file: OpenFile, position: number, { payload, output }: LogBatch): void {
    this.#written += position - file.position
    file.position = position
    file.payload += payload
    file.output += output
  }

  close(): void {
    for (const file of [this.#head, ...this.#tails]) {
      if (file === null) continue
      try {
        closeSync(file.fd)
      } catch {
        // A network file system reports a late failure here; the bytes cannot be helped any more.
      }
    }
  }
}

function openMaking(path: string): number {
  try {
    return openSync(path, 'w', MODE)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSync(path, 'w', MODE)
  }
}

/** Cuts half a record off. */
function truncate({ fd, position }: OpenFile): void {
  try {
    ftruncateSync(fd, position)
  } catch {
    // The next record is written over it, or a reader stops before it.
  }
}

function writeAll(fd: number, parts: readonly Buffer[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, parts, position, (error, written) => {
      if (error === null) resolve(written)
      else reject(error)
    })
  })
}

/** What is left of `parts` after their first `count` bytes. */
function without(parts: readonly Buffer[], count: number): Buffer[] {
  const left: Buffer[] = []
  let skip = count
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length
    else {
      left.push(part.subarray(skip))
      skip = 0
    }
  }
  return left
}
