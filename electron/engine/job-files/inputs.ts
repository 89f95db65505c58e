import { globSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Inputs } from '../../../shared/job-file-sweep.ts'
import { MAX_FOLDER_ENTRIES } from './limits.ts'
import { naturalOrder } from './natural-order.ts'
import { quoted } from './spec-path.ts'
import { scalarText } from './template.ts'

/** A list of values and what it is called. */
export interface InputSource {
  readonly name: string
  readonly values: readonly string[]
}

/** Why inputs cannot be used, and which key of them it is about. */
export interface InputFault {
  readonly code: 'NO_INPUTS' | 'CONFLICT' | 'TOO_MANY_FILES' | 'UNREADABLE'
  readonly key: 'files' | 'values' | 'recursive'
  readonly message: string
}

/** What files and a list without a name are called in `{name}` and `inputs.name`. */
export const [FILE_SOURCE, VALUE_SOURCE] = ['file', 'value'] as const

/**
 * The lists of `inputs`: files first, then the values.
 * @param folder where patterns count from
 * @param absolute whether files are to be named by their whole paths
 */
export function readInputs(inputs: Inputs, folder: string, absolute: boolean): InputSource[] | InputFault {
  const sources: InputSource[] = []
  const { files, values, recursive } = inputs
  if (files === undefined && recursive !== undefined) {
    return { code: 'CONFLICT', key: 'recursive', message: 'recursive belongs to files; there are none here.' }
  }
  if (files !== undefined) {
    const found = findFiles(files, folder, recursive === true, absolute)
    if ('message' in found) return found
    sources.push({ name: FILE_SOURCE, values: found })
  }
  if (values === undefined) return sources
  const lists = Array.isArray(values) ? { [VALUE_SOURCE]: values } : values
  for (const [name, list] of Object.entries(lists)) {
    if (files !== undefined && name === FILE_SOURCE) {
      const message = `The files are called ${quoted(FILE_SOURCE)} already. Name this list otherwise.`
      return { code: 'CONFLICT', key: 'values', message }
    }
    sources.push({ name, values: list.map(scalarText) })
  }
  return sources
}

/** As many jobs as the lists make. */
export function countRows(sources: readonly InputSource[], zip: boolean): number {
  const lengths = sources.map(({ values }) => values.length)
  return zip ? Math.max(...lengths) : lengths.reduce((product, length) => product * length, 1)
}

/** One value of each list: all combinations, the first list slowest; or side by side, where a shorter list starts again. */
export function* inputRows(
  sources: readonly InputSource[],
  zip: boolean,
): Generator<readonly string[], void, undefined> {
  const count = countRows(sources, zip)
  for (let row = 0; row < count; row += 1) {
    let below = zip ? 1 : count
    yield sources.map(({ values }) => {
      if (!zip) below /= values.length
      return values[Math.floor(row / below) % values.length] ?? ''
    })
  }
}

class TooMany extends Error {}

function findFiles(
  patterns: readonly string[],
  folder: string,
  recursive: boolean,
  absolute: boolean,
): string[] | InputFault {
  const asked = recursive ? patterns.map(insideFolders) : patterns
  const found = new Set<string>()
  let seen = 0
  try {
    const entries = globSync(asked, {
      cwd: folder,
      withFileTypes: true,
      // Asked for each name on the way: what is looked at has to be bounded, not only what is found.
      exclude: () => {
        seen += 1
        if (seen > MAX_FOLDER_ENTRIES) throw new TooMany()
        return false
      },
    })
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      if (entry.isFile() || (entry.isSymbolicLink() && leadsToFile(path))) {
        found.add(absolute ? path : relativeName(folder, path))
      }
    }
  } catch (error) {
    return findFault(error, asked, folder)
  }
  return found.size > 0 ? [...found].sort(naturalOrder) : noneMatch(asked, folder)
}

/** `*.mov` is looked for at every depth, and so is `raw/*.mov`. */
function insideFolders(pattern: string): string {
  return pattern.split('/').includes('**') ? pattern : pattern.replace(/([^/]*)$/, '**/$1')
}

function leadsToFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** With "/" on every system, and never like an option of a program. */
function relativeName(folder: string, path: string): string {
  const name = relative(folder, path).split(sep).join('/')
  return name.startsWith('-') ? `./${name}` : name
}

function findFault(error: unknown, patterns: readonly string[], folder: string): InputFault {
  if (error instanceof TooMany) {
    const message = `More than ${MAX_FOLDER_ENTRIES} files and folders below ${quoted(folder)} would be looked at. Name a folder further down.`
    return { code: 'TOO_MANY_FILES', key: 'files', message }
  }
  const reason = error instanceof Error ? error.message : String(error)
  const message = `${listed(patterns)} cannot be looked for in ${quoted(folder)} (${reason}).`
  return { code: 'UNREADABLE', key: 'files', message }
}

function noneMatch(patterns: readonly string[], folder: string): InputFault {
  const message = `No file matches ${listed(patterns)} in ${quoted(folder)}.`
  return { code: 'NO_INPUTS', key: 'files', message }
}

function listed(patterns: readonly string[]): string {
  return patterns.slice(0, 3).map(quoted).join(', ')
}
