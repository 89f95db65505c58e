/** Watch folders: a file that comes there and has stopped growing becomes a job of a recipe, once. */
import { z } from 'zod'

/** A file counts as whole when it has not grown for so long, unless a person says otherwise. */
export const DEFAULT_SETTLE_MS = 5_000
const LEAST_SETTLE_MS = 100
const MOST_SETTLE_MS = 24 * 60 * 60 * 1_000

export interface WatchFolder {
  readonly id: number
  /** Absolute path. */
  readonly folder: string
  /** Name of the recipe that its files are for. */
  readonly recipe: string
  /** Folders inside it, too. */
  readonly recursive: boolean
  readonly settle_ms: number
  /** False: it is kept, and not looked at. */
  readonly enabled: boolean
  readonly created_ms: number
}

/**
 * `idle`: nobody works the queue. `off`: a person has turned it off. `missing`: the folder is not there, or cannot be
 * read; it is looked for again. `no-recipe`: the recipe is not there or has a fault, and so files wait.
 */
export type WatchState = 'idle' | 'off' | 'watching' | 'missing' | 'no-recipe'

export interface WatchStatus extends WatchFolder {
  readonly state: WatchState
  /** Files there that were taken, queued or left out as the recipe says. */
  readonly taken: number
  /** Files there that may still grow. */
  readonly settling: number
  /** What went wrong last, for a person; null: nothing. */
  readonly error: string | null
}

export const watchAddSchema = z.strictObject({
  folder: z.string().min(1).max(4_096),
  recipe: z.string().min(1).max(200),
  recursive: z.boolean(),
  settle_ms: z.int().min(LEAST_SETTLE_MS).max(MOST_SETTLE_MS).exactOptional(),
})

/** A file of a watch folder, as it was when it was taken. */
export interface WatchedFile {
  /** From the folder on, with "/" on every system. */
  readonly path: string
  readonly size: number
  readonly mtime_ms: number
}
