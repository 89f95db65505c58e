import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { JobyardError } from '../../../shared/errors.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { MAX_RECIPE_CHARS } from '../../../shared/recipe.ts'
import type { RecipeAbout, RecipeInfo, RecipeSaved, RecipeText } from '../../../shared/recipe.ts'
import { naturalOrder } from '../job-files/natural-order.ts'
import { entryText } from './entry-text.ts'
import { readRecipe, RecipeFile } from './recipe.ts'
import type { Recipe } from './recipe.ts'
import { isRecipeFile, isRecipeName, RECIPE_NAME_PHRASE, recipeName } from './recipe-name.ts'

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
/** Faults of one recipe that are listed. */
const MAX_LISTED = 20

/**
 * The recipes of a data directory: one file each in its folder `recipes`, as a person wrote it. It is read anew each
 * time, so that files may be put there, changed and taken away by hand.
 */
export class RecipeStore {
  readonly #folder: string

  /** @param folder of the recipes; made when one is saved */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** All recipes by name. One with faults is listed with them. */
  async list(): Promise<readonly RecipeInfo[]> {
    const known = new Set<string>()
    return (await this.#files()).map((file_name) => {
      const info = recipeInfo(join(this.#folder, file_name))
      if (!known.has(info.name)) {
        known.add(info.name)
        return info
      }
      const message = `There is another recipe called ${info.name}, in YAML or JSON: keep one of the two.`
      return { ...info, about: null, problems: [wholeFile(info.file, 'DUPLICATE_NAME', message)] }
    })
  }

  /**
   * Where the recipe of this name is.
   * @throws JobyardError RECIPE_NOT_FOUND
   */
  async find(name: string): Promise<string> {
    const file_name = await this.#fileOf(name)
    if (file_name !== null) return join(this.#folder, file_name)
    throw new JobyardError(
      'RECIPE_NOT_FOUND',
      `There is no recipe ${JSON.stringify(name)} here. See which there are with jobyard recipe ls.`,
    )
  }

  /**
   * The text of a recipe, for an export.
   * @throws JobyardError RECIPE_NOT_FOUND
   */
  async text(name: string): Promise<RecipeText> {
    const file = await this.find(name)
    return { name, file_name: basename(file), text: await readFile(file, 'utf8') }
  }

  /**
   * Keeps a recipe as it is written. One with faults is not kept.
   * @param file_name `x.recipe.yaml`, or only `x`
   * @throws JobyardError INVALID_ARGUMENT for another name, RECIPE_EXISTS where there is one and `replace` is not set
   */
  async save(file_name: string, text: string, replace: boolean): Promise<RecipeSaved> {
    const name = recipeName(file_name) ?? file_name
    if (!isRecipeName(name) || basename(file_name) !== file_name) {
      const found = JSON.stringify(name)
      throw new JobyardError(
        'INVALID_ARGUMENT',
        `${found} cannot be the name of a recipe. Take ${RECIPE_NAME_PHRASE}.`,
      )
    }
    const target = isRecipeFile(file_name) ? file_name : `${name}.recipe.yaml`
    const problems = faultsOf(join(this.#folder, target), text)
    if (problems.length > 0) return { saved: null, problems }
    const before = await this.#fileOf(name)
    if (before !== null && !replace) {
      throw new JobyardError(
        'RECIPE_EXISTS',
        `There is a recipe ${JSON.stringify(name)} already. Remove it, or choose another name.`,
      )
    }
    await this.#write(target, text)
    if (before !== null && before !== target) await rm(join(this.#folder, before), { force: true })
    return { saved: recipeInfo(join(this.#folder, target)), problems }
  }

  /**
   * @returns what was removed: saved again, it is back
   * @throws JobyardError RECIPE_NOT_FOUND
   */
  async remove(name: string): Promise<RecipeText> {
    const removed = await this.text(name)
    await rm(join(this.#folder, removed.file_name), { force: true })
    return removed
  }

  async #fileOf(name: string): Promise<string | null> {
    return (await this.#files()).find((file_name) => recipeName(file_name) === name) ?? null
  }

  async #files(): Promise<string[]> {
    try {
      const entries = await readdir(this.#folder)
      return entries.filter((name) => isRecipeFile(name) && !name.startsWith('.')).sort(naturalOrder)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  /** Whole or not at all, whenever we die. */
  async #write(file_name: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE })
    const temporary = join(this.#folder, `.${randomUUID()}`)
    try {
      const file = await open(temporary, 'wx', FILE_MODE)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, join(this.#folder, file_name))
    } catch (error) {
      await rm(temporary, { force: true })
      const reason = error instanceof Error ? error.message : String(error)
      throw new JobyardError('STORE_FAILED', `The recipe could not be saved: ${reason}`, { cause: error })
    }
  }
}

/** What a recipe file says of itself, or what is wrong with it. */
function recipeInfo(file: string): RecipeInfo {
  const name = recipeName(file) ?? basename(file)
  const read = readRecipe(file)
  if (!(read instanceof RecipeFile)) return { name, file, about: null, problems: [read] }
  const { recipe } = read
  return {
    ...{ name, file },
    about: recipe === null ? null : aboutOf(recipe),
    problems: read.problems().listed.slice(0, MAX_LISTED),
  }
}

function aboutOf({ title, description, accepts, columns, output, entry }: Recipe): RecipeAbout {
  return { title, description, accepts, columns, output: output?.template ?? null, runs: entryText(entry) }
}

function faultsOf(file: string, text: string): readonly JobFileProblem[] {
  if (Buffer.byteLength(text) > MAX_RECIPE_CHARS) {
    return [wholeFile(file, 'TOO_LARGE', `A recipe may have ${MAX_RECIPE_CHARS} bytes.`)]
  }
  const read = new RecipeFile(file, text)
  read.checkMovable()
  return read.problems().listed.slice(0, MAX_LISTED)
}

function wholeFile(file: string, code: JobFileProblem['code'], message: string): JobFileProblem {
  return { file, line: null, column: null, path: '', code, message }
}
