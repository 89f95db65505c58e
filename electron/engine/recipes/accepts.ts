import { basename, extname, matchesGlob } from 'node:path'
import type { Recipe } from './recipe.ts'

/** True where a table's rows, and not the table itself, could be what a recipe takes. */
export function isTable(path: string): boolean {
  return tableSyntax(path) !== null
}

export function tableSyntax(path: string): 'csv' | 'tsv' | null {
  const ending = extname(path).toLowerCase()
  if (ending === '.csv') return 'csv'
  return ending === '.tsv' ? 'tsv' : null
}

/**
 * Whether a recipe takes a file as it is.
 * @param below the path from the dropped folder on, with "/"; of a dropped file its name
 */
export function acceptsFile(
  { accepts, columns }: Pick<Recipe, 'accepts' | 'columns'>,
  below: string,
): boolean {
  // One that takes tables has no file to put anywhere.
  if (columns !== null) return false
  return accepts === null || accepts.some((pattern) => matches(pattern, below))
}

/** Whether a file that nobody has looked into may be of use to a recipe. */
export function mayTake(recipe: Pick<Recipe, 'accepts' | 'columns'>, path: string): boolean {
  return acceptsFile(recipe, basename(path)) || (recipe.columns !== null && isTable(path))
}

function matches(pattern: string, below: string): boolean {
  const [wanted, path] = [pattern.toLowerCase(), below.toLowerCase()]
  if (wanted.includes('/')) return matchesGlob(path, wanted)
  const name = path.slice(path.lastIndexOf('/') + 1)
  // `.mov`, as people write it who mean every file with that ending.
  return /^\.[\p{L}\p{N}.]+$/u.test(wanted) ? name.endsWith(wanted) : matchesGlob(name, wanted)
}
