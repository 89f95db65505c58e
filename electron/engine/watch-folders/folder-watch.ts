import { watch as watchFileSystem } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { JobyardError, serialiseError } from '../../../shared/errors.ts'
import type { WatchedFile, WatchFolder, WatchState, WatchStatus } from '../../../shared/watch.ts'
import { Pace } from '../api/pace.ts'
import { asFileFault } from '../job-files/file-fault.ts'
import { atClockTime } from '../queue/clock-timer.ts'
import { acceptsFile, isTable } from '../recipes/accepts.ts'
import type { Journal } from '../store/journal.ts'
import type { Store } from '../store/store.ts'
import { folderFiles } from './folder-files.ts'
import { Settling } from './settling.ts'
import type { FoundRecipe } from './watch-recipe.ts'

/** Network disks tell nothing, and events get lost: the folder is read again this often. */
const RESCAN_MS = 30_000
/** A disk that refuses, or a folder that is away, may be well again soon. */
const RETRY_MS = 3_000
/** Events come by the hundred while a file grows. */
const MOST_EVERY_MS = 500
/** Files asked for at a time, and files of one submission. */
const FILES_AT_A_TIME = 500

export interface FilesQueued {
  /** What is wrong with one of them, for a person; null: nothing. */
  readonly error: string | null
  /** False: there were no jobs, and so nothing is noted. */
  readonly is_taken: boolean
}

export interface FolderWatchOptions {
  readonly watch: WatchFolder
  readonly store: Store
  readonly journal: Journal
  readonly findRecipe: (name: string) => Promise<FoundRecipe>
  /** Queues the jobs of these files, and notes in the same transaction that they were taken. */
  readonly submit: (
    watch: WatchFolder,
    recipe: FoundRecipe,
    files: readonly WatchedFile[],
  ) => Promise<FilesQueued>
  readonly now: () => number
}

/**
 * Looks at one folder until it is closed. A file is taken when it has settled, once: by its name, for as long as it lies
 * there. What was taken is kept on disk and not here, so that a folder may hold any number of files.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions
  readonly #settling: Settling
  readonly #pace: Pace
  #events: FSWatcher | null = null
  #clear: (() => void) | null = null
  #looking: Promise<void> | null = null
  #again = false
  #is_closed = false
  #state: WatchState = 'watching'
  #error: string | null = null

  constructor(options: FolderWatchOptions) {
    const { settle_ms } = options.watch
    this.#options = options
    this.#settling = new Settling(settle_ms)
    this.#pace = new Pace(Math.min(MOST_EVERY_MS, settle_ms), () => void this.look())
  }

  get status(): Pick<WatchStatus, 'state' | 'settling' | 'error'> {
    return { state: this.#state, settling: this.#settling.count, error: this.#error }
  }

  /** Resolves when the folder was looked at. */
  look(): Promise<void> {
    this.#again = true
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** Resolves when nothing more is queued. */
  async close(): Promise<void> {
    this.#is_closed = true
    this.#pace.close()
    this.#events?.close()
    this.#clear?.()
    await this.#looking
  }

  async #lookOn(): Promise<void> {
    while (this.#again && !this.#isClosed()) {
      this.#again = false
      this.#clear?.()
      this.#clear = null
      try {
        await this.#work()
      } catch (error) {
        // The disk refused: what was not taken is looked at again.
        this.#error = serialiseError(error).message
      }
    }
    if (this.#isClosed()) return
    const { now } = this.#options
    const isWell = this.#error === null && this.#state === 'watching'
    const again_ms = Math.min(
      this.#settling.nextTime() ?? Infinity,
      now() + (isWell ? RESCAN_MS : Math.max(RETRY_MS, this.#options.watch.settle_ms)),
    )
    this.#clear = atClockTime(again_ms, now, () => void this.look())
  }

  async #work(): Promise<void> {
    const { watch } = this.#options
    const recipe = await this.#recipe()
    if (recipe === null) return
    this.#listen()
    this.#settling.begin()
    const seen = new Set<string>()
    const settled: WatchedFile[] = []
    try {
      for await (const paths of this.#pathsInParts(recipe)) {
        for (const path of paths) seen.add(path)
        settled.push(...(await this.#settledOf(paths)))
        if (this.#isClosed()) return
      }
    } catch (error) {
      if (error instanceof JobyardError) throw error
      this.#events?.close()
      this.#events = null
      this.#state = 'missing'
      this.#error = `${watch.folder} cannot be read: ${asFileFault(error).message}`
      return
    }
    this.#settling.dropUnseen()
    this.#state = 'watching'
    await this.#take(recipe, settled)
    await this.#noteGone(seen)
  }

  async #recipe(): Promise<FoundRecipe | null> {
    const { watch, findRecipe } = this.#options
    try {
      const recipe = await findRecipe(watch.recipe)
      if (this.#state === 'no-recipe') this.#error = null
      return recipe
    } catch (error) {
      this.#state = 'no-recipe'
      this.#error = serialiseError(error).message
      return null
    }
  }

  /** Where the system cannot tell, the folder is still read now and then. */
  #listen(): void {
    if (this.#events !== null) return
    const { folder, recursive } = this.#options.watch
    try {
      const events = watchFileSystem(folder, { recursive, persistent: false })
      const close = (): void => {
        events.close()
        if (this.#events === events) this.#events = null
      }
      events.on('change', () => {
        this.#pace.ask()
      })
      events.on('error', close)
      this.#events = events
    } catch {
      this.#events = null
    }
  }

  async *#pathsInParts({ recipe, output_folder }: FoundRecipe): AsyncGenerator<readonly string[]> {
    const { folder, recursive } = this.#options.watch
    const left_out = output_folder === null ? [] : [resolve(folder, output_folder)]
    let part: string[] = []
    for await (const path of folderFiles({ folder, recursive, left_out })) {
      if (!acceptsFile(recipe, path) && (recipe.columns === null || !isTable(path))) continue
      part.push(path)
      if (part.length < FILES_AT_A_TIME) continue
      yield part
      part = []
    }
    if (part.length > 0) yield part
  }

  /** Of these, what was not taken and does not grow any more. */
  async #settledOf(paths: readonly string[]): Promise<WatchedFile[]> {
    const { watch, store, journal, now } = this.#options
    const untaken = await store.query({ type: 'untaken', watch_id: watch.id, paths })
    const settled: WatchedFile[] = []
    const back: WatchedFile[] = []
    for (const { path, before } of untaken) {
      const found = await stat(join(watch.folder, path)).catch(() => null)
      if (found === null) continue
      const file = { path, size: found.size, mtime_ms: Math.round(found.mtimeMs) }
      // As it was: its disk was away.
      if (before?.size === file.size && before.mtime_ms === file.mtime_ms) back.push(file)
      else if (this.#settling.see(file, now())) settled.push(file)
    }
    if (back.length > 0) await journal.write({ type: 'take-files', watch_id: watch.id, files: back })
    return settled
  }

  async #take(recipe: FoundRecipe, settled: readonly WatchedFile[]): Promise<void> {
    const { watch, submit, journal } = this.#options
    for (let at = 0; at < settled.length && !this.#isClosed(); at += FILES_AT_A_TIME) {
      const files = settled.slice(at, at + FILES_AT_A_TIME)
      const { error, is_taken } = await submit(watch, recipe, files)
      this.#error = error
      if (!is_taken) await journal.write({ type: 'take-files', watch_id: watch.id, files })
    }
  }

  async #noteGone(seen: ReadonlySet<string>): Promise<void> {
    const { watch, store, journal } = this.#options
    for (let after = ''; !this.#isClosed();) {
      const taken = await store.query({ type: 'taken', watch_id: watch.id, after, limit: FILES_AT_A_TIME })
      const paths = taken.filter((path) => !seen.has(path))
      if (paths.length > 0) await journal.write({ type: 'files-gone', watch_id: watch.id, paths })
      const last = taken.at(-1)
      if (last === undefined || taken.length < FILES_AT_A_TIME) return
      after = last
    }
  }

  /** Asked again after each wait. */
  #isClosed(): boolean {
    return this.#is_closed
  }
}
