import { resolve } from 'node:path'
import { Option } from 'commander'
import { isRecipeFile } from '../engine/recipes/recipe-name.ts'
import type { RecipeUse } from '../engine/recipes/recipe-drop.ts'
import { RecipeStore } from '../engine/recipes/recipe-store.ts'
import { dataPaths, resolveDataDir } from '../engine/store/data-dir.ts'
import type { Host } from './host.ts'

/** What a recipe is looked for by. */
export interface RecipeOption {
  /** A name of the data directory, or a file. */
  readonly recipe?: string
  readonly data?: string
}

/** `--recipe` of the commands that take files. */
export function recipeOption(): Option {
  return new Option(
    '--recipe <name|file>',
    'the files are data for this recipe: one job for each (folders to the bottom)',
  )
}

/** The recipes of a data directory. */
export function recipeStore(data: string | undefined): RecipeStore {
  return new RecipeStore(dataPaths(resolveDataDir(data)).recipes)
}

/**
 * The recipe that the files are data for; null: they are job files.
 * @throws JobyardError RECIPE_NOT_FOUND where the data directory has none of that name
 */
export async function recipeUse({ recipe, data }: RecipeOption, host: Host): Promise<RecipeUse | null> {
  if (recipe === undefined) return null
  if (isRecipeFile(recipe) || /[/\\]/.test(recipe)) return { file: resolve(host.cwd, recipe) }
  return { file: await recipeStore(data).find(recipe) }
}
