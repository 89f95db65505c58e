import { JobyardError } from '../../../shared/errors.ts'
import { acceptsFile } from '../recipes/accepts.ts'
import { fixedFolder } from '../recipes/output-places.ts'
import { readRecipe, RecipeFile } from '../recipes/recipe.ts'
import type { Recipe } from '../recipes/recipe.ts'
import type { RecipeStore } from '../recipes/recipe-store.ts'

export interface FoundRecipe {
  readonly file: string
  readonly recipe: Recipe
  /** Where it writes, from the folder on, where that is the same for all files; null: it is not. */
  readonly output_folder: string | null
}

/**
 * A recipe that is to be used for the files of a folder.
 * @throws JobyardError RECIPE_NOT_FOUND; BAD_INPUT where it has a fault, or would take its own outputs
 */
export async function findWatchRecipe(recipes: RecipeStore, name: string): Promise<FoundRecipe> {
  const file = await recipes.find(name)
  const read = readRecipe(file)
  if (!(read instanceof RecipeFile)) throw faulty(name, read.message)
  const { recipe } = read
  if (recipe === null) throw faulty(name, read.problems().listed[0]?.message ?? 'It cannot be read.')
  const { output } = recipe
  const output_folder = output === null ? null : fixedFolder(output.template)
  const isOutside = output?.template.startsWith('..') === true
  if (output !== null && output_folder === null && !isOutside && takesItsOutput(recipe, output.template)) {
    const message = `The recipe ${name} writes beside its files what it would take again, for ever. Give its output a folder of its own, or say what it accepts.`
    throw new JobyardError('BAD_INPUT', message)
  }
  return { file, recipe, output_folder }
}

/** Judged by the ending, which is all that is known before there is a file. */
function takesItsOutput(recipe: Recipe, template: string): boolean {
  const ending = template.slice(template.lastIndexOf('}') + 1)
  return acceptsFile(recipe, `x${ending}`)
}

function faulty(name: string, message: string): JobyardError {
  return new JobyardError('BAD_INPUT', `The recipe ${name} has a fault: ${message}`)
}
