/** Recipes as an owner keeps them: files in the folder `recipes` of its data directory. */
import { z } from 'zod'
import type { JobFileProblem } from './job-file-problem.ts'

/** Longest text of a recipe, in UTF-16 units and in bytes. */
export const MAX_RECIPE_CHARS = 256 * 1024

export interface RecipeInfo {
  /** The name of its file without `.recipe.yaml`: no two have the same. */
  readonly name: string
  /** Absolute path. */
  readonly file: string
  /** Missing: it has faults. */
  readonly about: RecipeAbout | null
  /** The first faults. */
  readonly problems: readonly JobFileProblem[]
}

/** What a recipe without faults says of itself. */
export interface RecipeAbout {
  readonly title: string | null
  readonly description: string | null
  /** Patterns of the files it takes; null: every file. */
  readonly accepts: readonly string[] | null
  /** It takes tables with these columns; null: files. */
  readonly columns: readonly string[] | null
  /** A path with holes; null: it says none. */
  readonly output: string | null
  /** What runs, with its holes, in one line. */
  readonly runs: string
}

/** A recipe as a person wrote it. */
export interface RecipeText {
  readonly name: string
  /** `name.recipe.yaml` or `name.recipe.json`. */
  readonly file_name: string
  readonly text: string
}

export const recipeSaveSchema = z.strictObject({
  /** The name of the file, or of the recipe: then it is written as YAML. */
  file_name: z.string().min(1).max(300),
  text: z.string().max(MAX_RECIPE_CHARS),
  /** Take the place of one with this name. */
  replace: z.boolean(),
})

/** `saved` null: nothing was written, because of the faults. */
export interface RecipeSaved {
  readonly saved: RecipeInfo | null
  readonly problems: readonly JobFileProblem[]
}

/** What a drop is for: a recipe of the owner by its name, or a recipe file of the owner's machine. */
export const recipeRefSchema = z.union([
  z.strictObject({ name: z.string().min(1).max(200) }),
  z.strictObject({ file: z.string().min(1) }),
])
export type RecipeRef = Readonly<z.infer<typeof recipeRefSchema>>

/** A recipe that takes something of a drop for which there was nothing to run. */
export interface RecipeOffer {
  readonly name: string
  readonly title: string | null
  /** Names of the files that it takes, the first of them. */
  readonly files: readonly string[]
}
