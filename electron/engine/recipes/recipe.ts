import { basename, dirname, isAbsolute } from 'node:path'
import type { JobEntry } from '../../../shared/job-file.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { recipeFileSchema } from '../../../shared/recipe-file.ts'
import type { RecipeEntry } from '../../../shared/recipe-file.ts'
import { DEFAULT_IF_EXISTS } from '../../../shared/recipe-keys.ts'
import type { IfExists } from '../../../shared/recipe-keys.ts'
import { DocumentFaults } from '../job-files/document-jobs.ts'
import { readDocumentText } from '../job-files/document-text.ts'
import { FILE_SOURCE } from '../job-files/inputs.ts'
import { parseJsonText } from '../job-files/json-file.ts'
import type { SpecContext } from '../job-files/normalise.ts'
import { placeFaults } from '../job-files/raw-problems.ts'
import { parseJob } from '../job-files/row-keys.ts'
import { ScriptStore } from '../job-files/script-store.ts'
import type { ParsedFile } from '../job-files/source.ts'
import { describe } from '../job-files/spec-path.ts'
import { Sweep } from '../job-files/sweep.ts'
import type { GivenRows } from '../job-files/sweep-rows.ts'
import { Targets } from '../job-files/targets.ts'
import { LineIndex } from '../job-files/text.ts'
import { checkWritten } from '../job-files/written.ts'
import { parseYamlText } from '../job-files/yaml-file.ts'
import { hasHole, namesOutput } from './holes.ts'
import { recipeName, recipeSyntax } from './recipe-name.ts'

/** What the output of a job is called in its texts. */
const OUTPUT_NAME = 'output'

/** A recipe without faults. */
export interface Recipe {
  /** That of its file, without the ending. */
  readonly name: string
  readonly title: string | null
  readonly description: string | null
  /** Patterns of the files it takes; null: every file. */
  readonly accepts: readonly string[] | null
  /** It takes tables with these columns; null: files, or tables with a column that it names. */
  readonly columns: readonly string[] | null
  readonly output: OutputRule | null
  /** The job with its holes. */
  readonly entry: JobEntry
  /** Where the job begins in the file. */
  readonly line: number
}

export interface OutputRule {
  /** A path with holes. */
  readonly template: string
  readonly mirror_tree: boolean
  readonly if_exists: IfExists
}

/** A recipe file as it was read: its faults are told when they are asked for, so that those of its use are among them. */
export class RecipeFile {
  readonly file: string
  /** null: it has faults. */
  readonly recipe: Recipe | null
  readonly faults = new DocumentFaults()
  readonly #text: string
  readonly #parsed: ParsedFile | null

  /** @param file absolute path, which says how the text is written and what the recipe is called */
  constructor(file: string, text: string) {
    this.file = file
    this.#text = text
    const { whileParsing } = this.faults
    const isJson = recipeSyntax(file) === 'json'
    this.#parsed = isJson ? parseJsonText(text, whileParsing) : parseYamlText(text, whileParsing)
    const recipe = this.#parsed === null ? null : this.#read(this.#parsed)
    this.recipe = this.faults.counter.count > 0 ? null : recipe
  }

  /** What its jobs are made with. */
  context(recipe: Recipe, targets: Targets, env: SpecContext['env']): SpecContext {
    const { file } = this
    const place = { file, folder: dirname(file), line: recipe.line, path: [] }
    return { ...place, defaults: {}, targets, env, onFault: this.faults.ofJob }
  }

  /** The first faults by their places, and how many more there are. */
  problems(): { readonly listed: readonly JobFileProblem[]; readonly more: number } {
    const { kept, more } = this.faults.counter
    return { listed: placeFaults(this.file, this.#text, kept, this.#parsed), more }
  }

  /** Tells what would not be found any more where the file is copied to another folder. */
  checkMovable(): void {
    if (this.recipe === null) return
    for (const key of ['script', 'module'] as const) {
      const path = this.recipe.entry[key]
      if (path === undefined || isAbsolute(path) || path.startsWith('{')) continue
      const message = `A recipe is kept in the data directory, where there is no ${JSON.stringify(path)}: write the whole path.`
      this.faults.ofJob(() => ({ code: 'BAD_TARGET', path: [key], message }))
    }
  }

  #read(parsed: ParsedFile): Recipe | null {
    const { value } = parsed
    const { ofFrame, ofJob } = this.faults
    if (value === null) {
      const message = 'There is nothing in this file. It should hold a recipe: a job with a hole.'
      ofFrame(() => ({ path: [], offset: 0, code: 'EMPTY', message }))
      return null
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      const [expected, found] = ['a map with a job', describe(value)]
      const message = `Expected ${expected}, found ${found}.`
      ofFrame(() => ({ path: [], code: 'INVALID', message, expected, found }))
      return null
    }
    const entry = parseJob(recipeFileSchema, { root: value, prefix: [], keys: 'recipe' }, ofJob, true)
    const isLossless = checkWritten(value, [], parsed.writtenAs, ofJob)
    if (entry === null || !isLossless || this.faults.spoilsAll) return null
    const [offset = 0] = parsed.locate([{ path: [], at: 'value' }])
    const recipe = toRecipe(this.file, entry, new LineIndex(this.#text).position(offset).line)
    this.#checkHoles(recipe)
    return recipe
  }

  #checkHoles(recipe: Recipe): void {
    const { ofJob } = this.faults
    const { name: _name, ...entry } = recipe.entry
    if (!hasHole(entry)) {
      const message =
        'There is no hole in this job, so it would be the same for every file. Write {} where the file belongs, or {column} for a cell of a table.'
      ofJob(() => ({ code: 'MISSING', path: [], message }))
      return
    }
    if (recipe.output === null && namesOutput(recipe.entry)) {
      const message = 'The job names {output}, but the recipe has no output. Say where it is to write.'
      ofJob(() => ({ code: 'MISSING', path: [], message }))
      return
    }
    const names = recipe.columns ?? [FILE_SOURCE]
    const context = this.context(recipe, new Targets(new ScriptStore(null)), process.env)
    Sweep.of(recipe.entry, context, { ...NO_ROWS, names, extras: extrasOf(recipe) })
  }
}

const NO_ROWS: Omit<GivenRows, 'names' | 'extras'> = { count: 0, each: () => [], complete: () => null }

/** The names of the values that are made for each job. */
export function extrasOf({ output }: Recipe): readonly string[] {
  return output === null ? [] : [OUTPUT_NAME]
}

function toRecipe(file: string, written: RecipeEntry, line: number): Recipe {
  const { $schema: _schema, version: _version, ...rest } = written
  const { title, description, accepts, columns, output, mirror_tree, if_exists, ...entry } = rest
  const name = recipeName(file) ?? basename(file)
  return {
    name,
    title: title ?? null,
    description: description ?? null,
    accepts: accepts ?? null,
    columns: columns ?? null,
    output:
      output === undefined
        ? null
        : {
            template: output,
            mirror_tree: mirror_tree ?? false,
            if_exists: if_exists ?? DEFAULT_IF_EXISTS,
          },
    entry,
    line,
  }
}

/**
 * Reads a recipe. What is wrong with it is told, never thrown.
 * @param path absolute
 */
export function readRecipe(path: string): RecipeFile | JobFileProblem {
  const syntax = recipeSyntax(path)
  const text = readDocumentText({ path, syntax, marked: true }, true)
  if (typeof text === 'string') return new RecipeFile(path, text)
  return text ?? { file: path, line: null, column: null, path: '', code: 'EMPTY', message: 'Nothing.' }
}
