import { opendirSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { asFileFault, FileFault, guarded } from './file-fault.ts'
import { ACCEPTED_FILES, fileKind, isTakenInFolders, namedKind, sniffSyntax } from './file-kind.ts'
import type { FileKind } from './file-kind.ts'
import { MAX_FILES, MAX_FOLDER_ENTRIES } from './limits.ts'
import { naturalOrder } from './natural-order.ts'
import type { ProblemList } from './problem-list.ts'
import { withFile } from './regular-file.ts'
import type { RegularFile } from './regular-file.ts'
import { isRecipeFile } from '../recipes/recipe-name.ts'
import { startsWithShebang } from './shebang.ts'

/** A file that is read as a job file. */
export interface FoundFile {
  readonly path: string
  readonly kind: Exclude<FileKind, { readonly kind: 'unknown' }>
  /** Somebody has named it, and not only its folder. */
  readonly named: boolean
}

const A_RECIPE =
  'This is a recipe: it runs what is dropped on it. Add it to the recipes (jobyard recipe add), or name data files for it (jobyard run --recipe).'
/** Folders that hold what others have written. */
const FOREIGN_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  '__pycache__',
  'venv',
])
/** Files with a known ending that are never a job. */
const NO_JOBS: ReadonlySet<string> = new Set(['__init__.py'])

/** Collects the job files of what was dropped. Looks at names, and at the first bytes of executables. */
export class FolderWalk {
  readonly files: FoundFile[] = []
  readonly #problems: ProblemList
  readonly #recursive: boolean
  #entries = 0
  /** Real folders that were read, so that a link does not lead into the same one again. */
  readonly #seen = new Set<string>()

  constructor(problems: ProblemList, recursive: boolean) {
    this.#problems = problems
    this.#recursive = recursive
  }

  /** @param path absolute: a file or a folder that somebody has named */
  add(path: string): void {
    try {
      const stats = guarded(() => statSync(path))
      if (stats.isDirectory()) this.#folderNamed(path, stats)
      else this.#addNamed(path)
    } catch (error) {
      this.#problems.addFileFault(path, error)
    }
  }

  #addNamed(path: string): void {
    const kind = namedKind(path)
    const isScript = !isTakenInFolders(kind) && isExecutableScript(path, true)
    if (isScript) this.#push({ path, kind: { kind: 'script' }, named: true })
    else if (kind.kind !== 'unknown') this.#push({ path, kind, named: true })
    else if (isRecipeFile(path)) throw new FileFault('NOT_A_JOB_FILE', A_RECIPE)
    else throw new FileFault('NOT_A_JOB_FILE', `This is no job file. Accepted are ${ACCEPTED_FILES}.`)
  }

  #folderNamed(path: string, stats: Stats): void {
    const before = this.files.length
    const faults = this.#problems.count
    this.#seen.clear()
    this.#folder(path, stats, [])
    if (this.files.length > before || this.#problems.count > faults) return
    const hint = this.#recursive ? '' : ' Folders inside it are read with --recursive.'
    throw new FileFault('NO_JOB_FILES', `There is no job file in this folder.${hint}`)
  }

  /** @param above the real folders that this one is in, outermost first */
  #folder(path: string, stats: Stats, above: readonly string[]): void {
    const id = `${stats.dev}:${stats.ino}`
    if (above.includes(id)) {
      throw new FileFault('FOLDER_LOOP', 'This link leads to a folder that it is in. Remove the link.')
    }
    // Windows may know no inode.
    if (stats.ino !== 0 && this.#seen.has(id)) return
    this.#seen.add(id)
    const inside = [...above, id]
    for (const name of this.#names(path)) {
      const entry = join(path, name)
      try {
        this.#entry(entry, name, inside)
      } catch (error) {
        if (error instanceof FileFault && error.code === 'TOO_MANY_FILES') throw error
        this.#problems.addFileFault(entry, error)
      }
    }
  }

  #entry(path: string, name: string, inside: readonly string[]): void {
    const kind = fileKind(name)
    let stats: Stats
    try {
      stats = statSync(path)
    } catch (error) {
      // A link that leads nowhere is nobody's business, unless it is called a job file.
      if (!isTakenInFolders(kind) || kind.kind === 'table' || (kind.kind === 'document' && !kind.marked))
        return
      throw asFileFault(error)
    }
    if (stats.isDirectory()) {
      if (this.#recursive && !FOREIGN_FOLDERS.has(name)) this.#folder(path, stats, inside)
      return
    }
    if (kind.kind !== 'unknown' && isTakenInFolders(kind)) this.#push({ path, kind, named: false })
    else if (stats.isFile() && isExecutableScript(path, false))
      this.#push({ path, kind: { kind: 'script' }, named: false })
  }

  #names(path: string): string[] {
    const names: string[] = []
    const folder = guarded(() => opendirSync(path))
    try {
      for (
        let entry = guarded(() => folder.readSync());
        entry !== null;
        entry = guarded(() => folder.readSync())
      ) {
        this.#entries += 1
        if (this.#entries > MAX_FOLDER_ENTRIES) {
          throw new FileFault(
            'TOO_MANY_FILES',
            `There are more than ${MAX_FOLDER_ENTRIES} files in the folders. Name fewer of them.`,
          )
        }
        if (!entry.name.startsWith('.') && !NO_JOBS.has(entry.name)) names.push(entry.name)
      }
    } finally {
      folder.closeSync()
    }
    return names.sort(naturalOrder)
  }

  #push(file: FoundFile): void {
    if (this.files.length >= MAX_FILES) {
      throw new FileFault(
        'TOO_MANY_FILES',
        `There are more than ${MAX_FILES} job files. Put so many jobs into a .jsonl file.`,
      )
    }
    this.files.push({ ...file, kind: sniffSyntax(file.path, file.kind) })
  }
}

/** Windows knows no executable files: there the first line alone counts. */
function isExecutableScript(path: string, named: boolean): boolean {
  try {
    return withFile(path, (file) => (process.platform === 'win32' || file.isExecutable) && hasShebang(file))
  } catch (error) {
    // A program that nobody has named may be unreadable.
    if (named) throw error
    return false
  }
}

function hasShebang(file: RegularFile): boolean {
  const start = Buffer.alloc(2)
  return file.read(start, 0, 2) === 2 && startsWithShebang(start)
}
