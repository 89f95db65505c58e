import { opendirSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { asFileFault, FileFault, guarded } from '../job-files/file-fault.ts'
import { MAX_FOLDER_ENTRIES } from '../job-files/limits.ts'
import { naturalOrder } from '../job-files/natural-order.ts'
import type { ProblemList } from '../job-files/problem-list.ts'

/** A file that was dropped on a recipe, or lies in a folder that was. */
export interface DataFile {
  readonly path: string
  /** The dropped folder, or the folder of the dropped file: what relative paths of the job count from. */
  readonly folder: string
  /** The path from `folder` on, with "/" on every system. */
  readonly below: string
  /** Somebody has named it, and not only its folder. */
  readonly named: boolean
}

export interface DataWalkOptions {
  /** Absolute: files and folders that somebody has named. */
  readonly paths: readonly string[]
  /** What all of them count from, where that is not the dropped folder itself; null: it is. */
  readonly root: string | null
  /** Whether a file is wanted. */
  readonly accepts: (below: string) => boolean
  /** A folder, from the dropped one on, that is not looked into: what was made there is no input. */
  readonly left_out: string | null
  readonly problems: ProblemList
  /** What to tell of a file that somebody has named and that is not wanted. */
  readonly refused: string
}

/**
 * The files of what was dropped on a recipe: folders to the bottom, each folder in natural order. Names with a dot in
 * front are passed over, and links that lead back. What is wrong is told.
 */
export function dataFiles(options: DataWalkOptions): readonly DataFile[] {
  return new DataWalk(options).files
}

class DataWalk {
  readonly files: DataFile[] = []
  readonly #options: DataWalkOptions
  readonly #seen = new Set<string>()
  #entries = 0

  constructor(options: DataWalkOptions) {
    this.#options = options
    for (const path of options.paths) {
      try {
        this.#named(path)
      } catch (error) {
        options.problems.addFileFault(path, error)
      }
    }
  }

  #named(path: string): void {
    const { root, refused, accepts } = this.#options
    const stats = guarded(() => statSync(path))
    if (!stats.isDirectory()) {
      const file = dataFile(path, root ?? dirname(path), true)
      if (!stats.isFile()) throw new FileFault('NOT_A_FILE', 'This is no file and no folder.')
      if (!accepts(file.below)) throw new FileFault('NOT_ACCEPTED', refused)
      this.files.push(file)
      return
    }
    const before = this.files.length
    this.#seen.clear()
    this.#folder(path, stats, root ?? path)
    if (this.files.length === before)
      throw new FileFault('NO_INPUTS', `There is nothing in this folder for the recipe. ${refused}`)
  }

  #folder(path: string, stats: Stats, folder: string): void {
    const id = `${stats.dev}:${stats.ino}`
    // Windows may know no inode.
    if (stats.ino !== 0 && this.#seen.has(id)) return
    this.#seen.add(id)
    for (const name of this.#names(path)) {
      const entry = join(path, name)
      try {
        this.#entry(entry, folder)
      } catch (error) {
        // One that cannot be read does not keep the others from being read.
        const fault = asFileFault(error)
        if (fault.code === 'TOO_MANY_FILES') throw fault
        this.#options.problems.addFileFault(entry, fault)
      }
    }
  }

  #entry(path: string, folder: string): void {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) {
      if (!this.#isLeftOut(path, folder)) this.#folder(path, found, folder)
    } else if (found?.isFile() === true) {
      const file = dataFile(path, folder, false)
      if (this.#options.accepts(file.below)) this.files.push(file)
    } else if (found === undefined && path.includes('\ufffd')) {
      throw new FileFault('NOT_FOUND', 'The name of this file is not UTF-8. Rename it.')
    }
  }

  #isLeftOut(path: string, folder: string): boolean {
    const { left_out } = this.#options
    return left_out !== null && path === resolve(folder, left_out)
  }

  #names(path: string): string[] {
    const names: string[] = []
    const opened = guarded(() => opendirSync(path))
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        this.#entries += 1
        if (this.#entries > MAX_FOLDER_ENTRIES) {
          const message = `There are more than ${MAX_FOLDER_ENTRIES} files in the folders. Name fewer of them.`
          throw new FileFault('TOO_MANY_FILES', message)
        }
        if (!entry.name.startsWith('.')) names.push(entry.name)
      }
    } finally {
      opened.closeSync()
    }
    return names.sort(naturalOrder)
  }
}

function dataFile(path: string, folder: string, named: boolean): DataFile {
  const below = relative(folder, path)
  // A file outside of the root it is to count from counts from its own folder.
  if (below.startsWith('..') || below === '')
    return { path, folder: dirname(path), below: basename(path), named }
  return { path, folder, below: below.split(sep).join('/'), named }
}
