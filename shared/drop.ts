/** A drop on its way into the queue: what was dropped, and the preview of it. Nothing has run yet. */
import { z } from 'zod'
import type { JobFileProblem } from './job-file-problem.ts'
import type { JobKind } from './job.ts'
import type { RecipeOffer, RecipeText } from './recipe.ts'

/** Longest text that may be pasted, in UTF-16 units. */
const MAX_PASTED_CHARS = 8 * 1024 * 1024

export const dropSourceSchema = z.discriminatedUnion('from', [
  /** Files and folders of the owner's machine, absolute. */
  z.strictObject({ from: z.literal('paths'), paths: z.array(z.string().min(1)).min(1).max(10_000) }),
  /** Content that was sent before, as one upload. */
  z.strictObject({ from: z.literal('upload'), upload_id: z.string().regex(/^[0-9a-f-]{36}$/) }),
  /** Text from the clipboard, as if it were a file of that name. */
  z.strictObject({
    from: z.literal('text'),
    name: z.string().min(1).max(200),
    text: z.string().max(MAX_PASTED_CHARS),
  }),
  /** The examples that came with Jobyard, laid out in the data directory. */
  z.strictObject({ from: z.literal('examples') }),
])
export type DropSource = Readonly<z.infer<typeof dropSourceSchema>>

/** One job of the preview. */
export interface PreviewJob {
  readonly name: string
  readonly kind: JobKind
  /** What runs, in one line. */
  readonly runs: string
  readonly cwd: string
  readonly group: string
  readonly priority: number
  /** Names and values added to the environment. */
  readonly env: Readonly<Record<string, string>>
  readonly needs: number
  /** The same in a few words, with their names; missing: it needs nothing. */
  readonly needs_text?: string
  /** What follows its end, in one line; missing: nothing does. */
  readonly then_text?: string
  /** Where it is written. */
  readonly source: { readonly file: string; readonly line: number | null }
  readonly slots: number
  /** When it starts at the earliest, for a schedule first; null: as soon as it may. */
  readonly starts_ms: number | null
  /** It is a schedule: its pattern and zone, and the one there is already that is the same (null: there is none). */
  readonly schedule: { readonly cron: string; readonly tz: string; readonly same_as: number | null } | null
  /** A waiting or running job that is the same, or null. */
  readonly duplicate_of: number | null
  /** The job that has the unique key of this one, which would not be queued now; null: there is none. */
  readonly unique_of: number | null
}

/** Files that were left out of a drop on a recipe, because their outputs are there already. */
export interface LeftFiles {
  readonly count: number
  /** The first of them. */
  readonly first: readonly { readonly file: string; readonly output: string }[]
}

export interface DropPreview {
  readonly drop_id: string
  /** Good jobs; the first of them in `jobs`. */
  readonly count: number
  readonly jobs: readonly PreviewJob[]
  /** The first faults, and how many there are. */
  readonly problems: readonly JobFileProblem[]
  readonly problem_count: number
  /** Of the listed jobs, how many are in the queue already. */
  readonly duplicate_count: number
  /** Folders that jobs come from and that nobody has trusted yet; empty: nothing to ask. */
  readonly untrusted_folders: readonly string[]
  /** Missing: it was not dropped on a recipe. */
  readonly left_files?: LeftFiles
  /** Recipes that take something of what was no job file. */
  readonly offers: readonly RecipeOffer[]
  /** Recipes among what was dropped: they can be saved. */
  readonly recipe_files: readonly RecipeText[]
}

export const dropSubmitSchema = z.strictObject({
  drop_id: z.string(),
  /** Queue the good jobs where others have faults. */
  skip_bad: z.boolean(),
  /** Where there are untrusted folders: remember them as trusted, or trust them for this drop only. */
  trust: z.union([z.boolean(), z.literal('once')]),
  /** Instead of what the files say. */
  group: z.string().min(1).max(200).optional(),
  priority: z.int().optional(),
  hold: z.boolean().optional(),
  /** Leave out what has succeeded before, or is in the queue already, by what it does. */
  skip_done: z.boolean().optional(),
})

export interface Submitted {
  readonly submission_id: number
  readonly count: number
  readonly first_id: number
  readonly last_id: number
  /** Jobs that were left out because others do the same; missing: nobody asked for that. */
  readonly left_out?: LeftOut
  /** Missing: all others were queued. */
  readonly duplicates?: Duplicates
  /** Missing: none came. */
  readonly schedules?: AddedSchedules
}

/** Jobs in whose place there are others that do the same. */
export interface LeftOut {
  /** Those have succeeded. */
  readonly succeeded: number
  /** Those wait, or run. */
  readonly waiting: number
}

/** Schedules that came with jobs, or in their place. */
export interface AddedSchedules {
  readonly count: number
  /** The first of them. `next_ms` is when it submits its first job; null: never. */
  readonly first: readonly { readonly id: number; readonly name: string; readonly next_ms: number | null }[]
}

/** Jobs that were not queued, because another has their unique key. */
export interface Duplicates {
  readonly count: number
  /** The first of them, each with the id of the other. */
  readonly first: readonly { readonly name: string; readonly of: number }[]
}
