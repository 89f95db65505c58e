import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { JobyardError } from '../../../shared/errors.ts'
import { DEFAULT_SETTLE_MS } from '../../../shared/watch.ts'
import type { WatchFolder, WatchStatus } from '../../../shared/watch.ts'
import type { RecipeStore } from '../recipes/recipe-store.ts'
import type { Journal } from '../store/journal.ts'
import type { Store } from '../store/store.ts'
import { FolderWatch } from './folder-watch.ts'
import type { FolderWatchOptions } from './folder-watch.ts'
import { findWatchRecipe } from './watch-recipe.ts'

export interface WatchFoldersOptions extends Pick<FolderWatchOptions, 'submit' | 'now'> {
  readonly store: Store
  readonly journal: Journal
  readonly recipes: RecipeStore
}

/** What a person says of a new watch. */
export interface NewWatch extends Pick<WatchFolder, 'folder' | 'recipe' | 'recursive'> {
  readonly settle_ms?: number
}

/** The watch folders of a data directory. They are looked at from `start` on. */
export class WatchFolders {
  readonly #options: WatchFoldersOptions
  readonly #running = new Map<number, FolderWatch>()
  #started = false

  constructor(options: WatchFoldersOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    if (this.#started) return
    this.#started = true
    for (const watch of await this.#stored()) this.#run(watch)
  }

  /** Resolves when none of them queues anything more. */
  async close(): Promise<void> {
    this.#started = false
    await Promise.all(Array.from(this.#running.keys(), (id) => this.#end(id)))
  }

  async list(): Promise<readonly WatchStatus[]> {
    return (await this.#stored()).map((watch) => {
      const status = this.#running.get(watch.id)?.status
      return { ...watch, ...(status ?? { state: watch.enabled ? 'idle' : 'off', settling: 0, error: null }) }
    })
  }

  /**
   * The same folder and recipe again changes the watch that is there. Files that lie there already are taken, too.
   * @throws JobyardError INVALID_ARGUMENT where the folder is none, RECIPE_NOT_FOUND, BAD_INPUT for a recipe with a fault
   */
  async add({
    folder,
    recipe,
    recursive,
    settle_ms = DEFAULT_SETTLE_MS,
  }: NewWatch): Promise<{ readonly id: number }> {
    const { journal, recipes, now } = this.#options
    if (!isAbsolute(folder))
      throw new JobyardError('INVALID_ARGUMENT', 'The path of the folder must be absolute.')
    const found = await stat(folder).catch(() => null)
    if (found?.isDirectory() !== true)
      throw new JobyardError('INVALID_ARGUMENT', `There is no folder ${folder} on this machine.`)
    await findWatchRecipe(recipes, recipe)
    const settings = { folder: resolve(folder), recipe, recursive, settle_ms }
    const { id } = await journal.write({ type: 'add-watch', ...settings, at_ms: now() })
    await this.#restart(id)
    return { id }
  }

  /** @returns how many there were */
  async set(id: number, enabled: boolean): Promise<number> {
    const { count } = await this.#options.journal.write({ type: 'set-watch', id, enabled })
    await this.#restart(id)
    return count
  }

  /** The jobs that came of them stay. @returns how many there were */
  async remove(ids: readonly number[]): Promise<number> {
    for (const id of ids) await this.#end(id)
    const { count } = await this.#options.journal.write({ type: 'remove-watches', ids })
    return count
  }

  #stored(): Promise<readonly (WatchFolder & { readonly taken: number })[]> {
    return this.#options.store.query({ type: 'watches' })
  }

  async #restart(id: number): Promise<void> {
    await this.#end(id)
    const watch = (await this.#stored()).find((other) => other.id === id)
    if (watch !== undefined) this.#run(watch)
  }

  #run(watch: WatchFolder): void {
    if (!this.#started || !watch.enabled || this.#running.has(watch.id)) return
    const { store, journal, recipes, submit, now } = this.#options
    const findRecipe = (name: string): ReturnType<typeof findWatchRecipe> => findWatchRecipe(recipes, name)
    const running = new FolderWatch({ watch, store, journal, findRecipe, submit, now })
    this.#running.set(watch.id, running)
    void running.look()
  }

  async #end(id: number): Promise<void> {
    const running = this.#running.get(id)
    this.#running.delete(id)
    await running?.close()
  }
}
