import { basename } from 'node:path'
import type { LeftFiles } from '../../../shared/drop.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { DEFAULT_MAX_JOBS } from '../../../shared/job-file-sweep.ts'
import { FILE_SOURCE } from '../job-files/inputs.ts'
import { Matrix } from '../job-files/matrix.ts'
import type { DocumentContext } from '../job-files/document.ts'
import type { OnFault } from '../job-files/source.ts'
import { Sweep } from '../job-files/sweep.ts'
import { SweepNames } from '../job-files/sweep-names.ts'
import type { GivenRows, SweepRow } from '../job-files/sweep-rows.ts'
import { compileTemplate } from '../job-files/template.ts'
import type { Template, TemplateRow } from '../job-files/template.ts'
import { acceptsFile, isTable } from './accepts.ts'
import { dataFiles } from './data-walk.ts'
import type { DataFile } from './data-walk.ts'
import { hasHole } from './holes.ts'
import { fixedFolder, OutputPlaces } from './output-places.ts'
import { extrasOf, readRecipe } from './recipe.ts'
import type { Recipe, RecipeFile } from './recipe.ts'
import { RecipeTable } from './recipe-table.ts'

/** What data files are dropped on. */
export interface RecipeUse {
  /** Absolute path of the recipe. */
  readonly file: string
  /**
   * Absolute: the folder that relative paths and `mirror_tree` count from, whichever file below it was dropped (a folder
   * that is watched). Missing: the dropped folder, or the folder of the dropped file.
   */
  readonly root?: string
}

/** A drop on a recipe. */
export interface RecipeDrop {
  readonly use: RecipeUse
  /** Absolute: data files, tables and folders of them. Folders are read to the bottom. */
  readonly paths: readonly string[]
  /** False: a preview, the folders of outputs are not made. */
  readonly makes_folders: boolean
}

export interface RecipeDropRead {
  /** Data files and tables that were looked at. */
  readonly files: number
  /** Those left out because their outputs exist. */
  readonly left_files: LeftFiles
}

/** Where the jobs go, and what they are read with. */
export type RecipeContext = Pick<DocumentContext, 'env' | 'targets' | 'batches' | 'problems'>

/** Files left out that are listed; all are counted. */
const MAX_LISTED = 100

/**
 * Makes the jobs of what was dropped on a recipe: one for each data file (for each row of a table), and for each
 * combination of its matrix. They go into the batches; what is wrong with the recipe or a file is told, not thrown.
 */
export async function readRecipeDrop(drop: RecipeDrop, context: RecipeContext): Promise<RecipeDropRead> {
  const read = readRecipe(drop.use.file)
  if (!('faults' in read)) {
    context.problems.add([read])
    return { files: 0, left_files: { count: 0, first: [] } }
  }
  const { recipe } = read
  const reader = recipe === null ? null : new DropReader(drop, read, recipe, context)
  const files = reader === null ? 0 : await reader.read()
  const { listed, more } = read.problems()
  context.problems.add(listed, more)
  return { files, left_files: reader?.left_files ?? { count: 0, first: [] } }
}

class DropReader {
  readonly #drop: RecipeDrop
  readonly #file: RecipeFile
  readonly #recipe: Recipe
  readonly #context: RecipeContext
  readonly #places: OutputPlaces
  readonly #names = new SweepNames()
  readonly #left: { readonly file: string; readonly output: string }[] = []
  #left_count = 0

  constructor(drop: RecipeDrop, file: RecipeFile, recipe: Recipe, context: RecipeContext) {
    this.#drop = drop
    this.#file = file
    this.#recipe = recipe
    this.#context = context
    this.#places = new OutputPlaces(drop.makes_folders)
  }

  get left_files(): LeftFiles {
    return { count: this.#left_count, first: this.#left }
  }

  /** @returns how many files there were */
  async read(): Promise<number> {
    const { problems } = this.#context
    const recipe = this.#recipe
    const files = dataFiles({
      paths: this.#drop.paths,
      root: this.#drop.use.root ?? null,
      accepts: (below) => acceptsFile(recipe, below) || this.#mayBeRows(below),
      left_out: recipe.output === null ? null : fixedFolder(recipe.output.template),
      problems,
      refused: refusalOf(recipe),
    })
    const data: DataFile[] = []
    const tables: [DataFile, RecipeTable][] = []
    for (const file of files) {
      const table = this.#tableOf(file)
      if (table === null) data.push(file)
      // A table in a folder may be there for something else.
      else if (table.isNamed || file.named) tables.push([file, table])
    }
    if (data.length > 0) await this.#sweep(this.#fileRows(data))
    for (const [file, table] of tables) {
      if (table.isUsable) await this.#sweep(this.#tableRows(file, table))
      problems.add(table.problems.kept, table.problems.more)
    }
    return data.length + tables.length
  }

  /** A table whose rows may be wanted, unless it is itself. */
  #mayBeRows(below: string): boolean {
    const { accepts, columns } = this.#recipe
    return isTable(below) && (columns !== null || accepts === null || !acceptsFile(this.#recipe, below))
  }

  /** null: the file is wanted as it is. */
  #tableOf(file: DataFile): RecipeTable | null {
    if (!this.#mayBeRows(file.below)) return null
    const table = new RecipeTable(file.path, this.#recipe, this.#maxRows)
    return acceptsFile(this.#recipe, file.below) && !table.isNamed ? null : table
  }

  get #matrix(): Matrix | null {
    const matrix = this.#recipe.entry.strategy?.matrix
    return matrix === undefined ? null : new Matrix(matrix)
  }

  get #maxRows(): number {
    const max_jobs = this.#recipe.entry.strategy?.['max-jobs'] ?? DEFAULT_MAX_JOBS
    return Math.max(Math.floor(max_jobs / (this.#matrix?.size ?? 1)), 1)
  }

  async #sweep(rows: GivenRows): Promise<void> {
    const { targets, env, batches } = this.#context
    const { ofJob } = this.#file.faults
    const context = this.#file.context(this.#recipe, targets, env)
    const sweep = Sweep.of(this.#entry(rows), context, rows)
    if (sweep === null) return
    const rules = sweep.rules(batches.count)
    for (const spec of sweep.specs(batches.count, this.#names, ofJob, batches.wanted)) {
      batches.add({ spec, ...(rules === null ? {} : { sweep: rules }) })
      if (batches.isFull) await batches.flush()
    }
  }

  /** A name without a hole would be told apart by whole paths. */
  #entry({ names }: GivenRows): Recipe['entry'] {
    const { entry, name: recipe_name } = this.#recipe
    const name = entry.name ?? recipe_name
    if (hasHole(name) || name.includes('${{')) return entry
    return { ...entry, name: names[0] === FILE_SOURCE && names.length === 1 ? `${name} {/}` : `${name} {#}` }
  }

  #fileRows(files: readonly DataFile[]): GivenRows {
    const by_path = new Map(files.map((file) => [file.path, file]))
    return this.#given([FILE_SOURCE], by_path.size, function* () {
      for (const { path, folder, below } of by_path.values()) {
        yield { values: [path], folder, below: below.split('/').slice(0, -1).join('/') }
      }
    })
  }

  #tableRows({ folder }: DataFile, table: RecipeTable): GivenRows {
    return this.#given(table.names, null, function* () {
      for (const values of table.rows()) yield { values, folder, below: '' }
    })
  }

  #given(names: readonly string[], count: number | null, each: () => Iterable<SweepRow>): GivenRows {
    const extras = extrasOf(this.#recipe)
    const template = this.#outputTemplate(names)
    const isFiles = count !== null
    return {
      ...{ names, extras, count, each },
      complete: (filled, row) => this.#output(template, filled, row, isFiles),
    }
  }

  /** null: it has no hole, or none that is right, which was told. */
  #outputTemplate(names: readonly string[]): Template | null {
    const { output, entry } = this.#recipe
    if (output === null) return null
    const matrix = this.#matrix?.names ?? null
    const scope = { sources: names, matrix, env: { ...this.#context.env, ...entry.env } }
    const compiled = compileTemplate(output.template, scope, { shell: false })
    if (compiled === null || !('message' in compiled)) return compiled
    this.#tell(() => ({ ...compiled, path: ['output'] }))
    return null
  }

  #output(
    template: Template | null,
    filled: TemplateRow,
    { folder, below, values }: SweepRow,
    isFile: boolean,
  ): readonly string[] | null {
    const { output } = this.#recipe
    // Our rows have a folder.
    if (output === null || folder === null) return []
    const file = isFile ? (values[0] ?? null) : null
    const placed = this.#places.place(output, template, { filled, folder, below, file })
    switch (placed.kind) {
      case 'write':
        return [placed.path]
      case 'exists':
        this.#leftOut(file ?? `row ${filled.number}`, placed.path)
        return null
      case 'fault':
        this.#refuse(placed.fault, file)
        return null
    }
  }

  #leftOut(file: string, output: string): void {
    this.#left_count += 1
    if (this.#left.length < MAX_LISTED) this.#left.push({ file, output })
  }

  /** A fault of one file is told at that file, one of a row at the recipe. */
  #refuse(fault: Pick<JobFileProblem, 'code' | 'message'>, file: string | null): void {
    if (file === null) this.#tell(() => ({ ...fault, path: ['output'] }))
    else this.#context.problems.add([{ file, line: null, column: null, path: '', ...fault }])
  }

  readonly #tell: OnFault = (make) => {
    this.#file.faults.ofJob(make)
  }
}

/** What to tell of a file that a recipe does not take. */
function refusalOf({ name, accepts, columns }: Recipe): string {
  const wanted =
    columns !== null
      ? `tables (.csv, .tsv) with the columns ${columns.join(', ')}`
      : (accepts ?? ['files']).slice(0, 10).join(', ')
  return `The recipe ${basename(name)} takes ${wanted}.`
}
