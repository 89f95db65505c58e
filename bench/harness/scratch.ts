import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TMPFS_MAGIC = 0x01021994

/** A folder for everything a run writes, removed with it. */
export class Scratch {
  readonly root: string
  #next = 0

  /** Makes the folder inside `parent` (default: the system's temporary folder). */
  constructor(parent: string = tmpdir()) {
    mkdirSync(parent, { recursive: true })
    this.root = mkdtempSync(join(parent, 'jobyard-bench-'))
  }

  /** A new empty folder inside. */
  folder(label: string): string {
    this.#next += 1
    const path = join(this.root, `${String(this.#next)}-${label}`)
    mkdirSync(path)
    return path
  }

  /** On a memory disk an fsync costs nothing, so every figure of `synchronous=FULL` would flatter. */
  inMemory(): boolean {
    return statfsSync(this.root).type === TMPFS_MAGIC
  }

  /** Frees the disk between rounds. */
  discard(path: string): void {
    rmSync(path, { recursive: true, force: true })
  }

  remove(): void {
    this.discard(this.root)
  }
}
