import { basename } from 'node:path'

const ENDING = /\.recipe\.(ya?ml|json)$/i
/** What stays a file name on every system, and needs no quotes in a shell. */
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N} ._+-]{0,98}[\p{L}\p{N}_+-])?$/u
/** Windows keeps these for devices, whatever ending they have. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** Why a name cannot be that of a recipe, said as what was expected. */
export const RECIPE_NAME_PHRASE =
  'a name of letters, digits, spaces and "._+-", at most 100 characters, which starts with a letter or a digit'

export function isRecipeFile(path: string): boolean {
  return ENDING.test(path)
}

/** The name of the recipe that a file holds; null where the file is not called like one. */
export function recipeName(path: string): string | null {
  const name = basename(path)
  return isRecipeFile(name) ? name.replace(ENDING, '') : null
}

export function recipeSyntax(path: string): 'yaml' | 'json' {
  return /\.json$/i.test(path) ? 'json' : 'yaml'
}

export function isRecipeName(name: string): boolean {
  return NAME.test(name) && !DEVICES.test(name)
}
