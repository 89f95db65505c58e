import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { formatByteSize } from '../../../shared/byte-size.ts'
import { FileFault, guarded } from './file-fault.ts'

/** Not to be kept waiting by a pipe that took the file's place after it was looked at; Windows has neither flag. */
const OPEN_FLAGS =
  constants.O_RDONLY |
  ((constants.O_NONBLOCK as number | undefined) ?? 0) |
  ((constants.O_NOCTTY as number | undefined) ?? 0)

/** A regular file, open for reading. All methods throw FileFault. */
export class RegularFile {
  readonly #fd: number
  readonly #opened: Stats

  /** Follows links. Anything but a regular file is refused, without waiting for it. */
  constructor(path: string) {
    // Opening a device can do something, so it is looked at first; then again, what was opened.
    refuseUnlessFile(guarded(() => statSync(path)))
    this.#fd = guarded(() => openSync(path, OPEN_FLAGS))
    try {
      this.#opened = guarded(() => fstatSync(this.#fd))
      refuseUnlessFile(this.#opened)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  get size(): number {
    return this.#opened.size
  }

  get isExecutable(): boolean {
    return (this.#opened.mode & 0o111) !== 0
  }

  /** @returns how many bytes were read; 0 at the end of the file */
  read(target: Uint8Array, from: number, length: number): number {
    return guarded(() => readSync(this.#fd, target, from, length, null))
  }

  /** @throws FileFault CHANGED where somebody wrote to it since it was opened */
  refuseIfChanged(): void {
    const now = guarded(() => fstatSync(this.#fd))
    if (now.size === this.#opened.size && now.mtimeMs === this.#opened.mtimeMs) return
    throw changed()
  }

  close(): void {
    closeSync(this.#fd)
  }
}

export function changed(): FileFault {
  return new FileFault('CHANGED', 'The file was changed while it was read. Try again when it is complete.')
}

function refuseUnlessFile(stats: Stats): void {
  if (stats.isFile()) return
  throw new FileFault('NOT_A_FILE', `This is ${kindOf(stats)}, not a file.`)
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}

/**
 * Reads a whole file of at most `max_bytes`. One that grows while it is read is not followed.
 * @param what names the kind of file in the fault, like `A YAML job file`
 * @throws FileFault
 */
export function readWhole(file: RegularFile, max_bytes: number, what: string): Buffer {
  if (file.size > max_bytes) throw tooLarge(what, file.size, max_bytes)
  // One byte more than expected tells whether it has grown.
  const bytes = Buffer.allocUnsafe(file.size + 1)
  let length = 0
  while (length < bytes.length) {
    const count = file.read(bytes, length, bytes.length - length)
    if (count === 0) break
    length += count
  }
  if (length !== file.size) throw changed()
  file.refuseIfChanged()
  return bytes.subarray(0, length)
}

function tooLarge(what: string, bytes: number, max_bytes: number): FileFault {
  return new FileFault(
    'TOO_LARGE',
    `${what} may have ${formatByteSize(max_bytes)} (${max_bytes} bytes); this one has ${bytes} bytes.`,
  )
}

/** Opens, uses and closes. */
export function withFile<Result>(path: string, use: (file: RegularFile) => Result): Result {
  const file = new RegularFile(path)
  try {
    return use(file)
  } finally {
    file.close()
  }
}
