import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { FileFault } from './file-fault.ts'

/** Nobody changes what was queued. */
const MODE = 0o400

/** Keeps the contents of scripts, each under its SHA-256. */
export class ScriptStore {
  readonly #dir: string | null
  #unsynced = false
  #made = false

  /** @param dir null: hashes only, nothing is stored */
  constructor(dir: string | null) {
    this.#dir = dir
  }

  /**
   * @returns the SHA-256 in hex
   * @throws FileFault STORE_FAILED
   */
  put(content: Buffer): string {
    const sha256 = createHash('sha256').update(content).digest('hex')
    if (this.#dir !== null) {
      try {
        this.#write(this.#dir, sha256, content)
      } catch (error) {
        throw storeFault(this.#dir, error)
      }
    }
    return sha256
  }

  /**
   * Makes what was put survive a power cut; to be called before a job that names it is handed on.
   * @throws FileFault STORE_FAILED
   */
  sync(): void {
    if (this.#dir === null || !this.#unsynced) return
    this.#unsynced = false
    // Windows cannot open a folder for this, and does not need to.
    if (process.platform === 'win32') return
    try {
      const folder = openSync(this.#dir, 'r')
      try {
        fsyncSync(folder)
      } finally {
        closeSync(folder)
      }
    } catch (error) {
      throw storeFault(this.#dir, error)
    }
  }

  #write(dir: string, sha256: string, content: Buffer): void {
    const path = join(dir, sha256)
    if (sizeOf(path) === content.length) return
    if (!this.#made) mkdirSync(dir, { recursive: true, mode: 0o700 })
    this.#made = true
    // The same content may be stored by another process at the same time; whoever renames last wins, with the same bytes.
    const temporary = join(dir, `.tmp-${process.pid}-${sha256}`)
    rmSync(temporary, { force: true })
    const file = openSync(temporary, 'wx', MODE)
    try {
      writeFully(file, content)
      fsyncSync(file)
    } catch (error) {
      closeSync(file)
      rmSync(temporary, { force: true })
      throw error
    }
    closeSync(file)
    renameSync(temporary, path)
    this.#unsynced = true
  }
}

function writeFully(file: number, content: Buffer): void {
  for (let at = 0; at < content.length;) at += writeSync(file, content, at)
}

function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

function storeFault(dir: string, error: unknown): FileFault {
  const reason = error instanceof Error ? error.message : String(error)
  return new FileFault('STORE_FAILED', `The script cannot be stored in ${dir} (${reason}). Check the disk.`)
}
