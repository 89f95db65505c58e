import { opendir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { MAX_RECIPE_CHARS } from '../../../shared/recipe.ts'
import type { RecipeOffer, RecipeText } from '../../../shared/recipe.ts'
import { mayTake } from './accepts.ts'
import { isRecipeFile, recipeName } from './recipe-name.ts'
import type { RecipeStore } from './recipe-store.ts'

const MAX_OFFERS = 10
const MAX_NAMED = 20
/** Names of a folder that are looked at: one that a recipe takes is enough to offer it. */
const MAX_ENTRIES = 1_000

/**
 * The recipes that take something of what was no job file. Those that say what they accept come first: one that takes
 * every file says little about this one.
 * @param problems of the drop
 */
export async function recipeOffers(
  store: Pick<RecipeStore, 'list'>,
  problems: readonly JobFileProblem[],
): Promise<readonly RecipeOffer[]> {
  const files: string[] = []
  for (const { code, file } of problems) {
    if (code === 'NOT_A_JOB_FILE' && !isRecipeFile(file)) files.push(file)
    if (code === 'NO_JOB_FILES') files.push(...(await filesIn(file)))
  }
  if (files.length === 0) return []
  const offers = (await store.list()).flatMap(({ name, about }) => {
    if (about === null) return []
    const taken = files.filter((file) => mayTake(about, file))
    if (taken.length === 0) return []
    const isParticular = about.accepts !== null || about.columns !== null
    return [{ isParticular, offer: { name, title: about.title, files: taken.slice(0, MAX_NAMED) } }]
  })
  return [...offers.filter(({ isParticular }) => isParticular), ...offers.filter((o) => !o.isParticular)]
    .slice(0, MAX_OFFERS)
    .map(({ offer }) => ({ ...offer, files: offer.files.map((file) => basename(file)) }))
}

/** The recipes that were dropped themselves, as they are written; those that can be read and are not too large. */
export async function droppedRecipes(problems: readonly JobFileProblem[]): Promise<readonly RecipeText[]> {
  const found: RecipeText[] = []
  for (const { code, file } of problems) {
    const name = recipeName(file)
    if (code !== 'NOT_A_JOB_FILE' || name === null || found.length >= MAX_OFFERS) continue
    const text = await textOf(file)
    if (text !== null) found.push({ name, file_name: basename(file), text })
  }
  return found
}

async function textOf(file: string): Promise<string | null> {
  try {
    const { size } = await stat(file)
    return size > MAX_RECIPE_CHARS ? null : await readFile(file, 'utf8')
  } catch {
    // Whoever tries to add it is told.
    return null
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = []
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isFile() && !entry.name.startsWith('.')) files.push(join(folder, entry.name))
      if (files.length >= MAX_ENTRIES) break
    }
  } catch {
    // That it cannot be read was told as its fault.
  }
  return files
}
