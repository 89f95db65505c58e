import { readFile, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { JobyardError } from '../../../shared/errors.ts'
import type { RecipeInfo, RecipeText } from '../../../shared/recipe.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parseId } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT, note, sizeOf } from '../host.ts'
import { tellProblems } from '../job-files.ts'
import { PlainReporter } from '../output/reporter.ts'
import type { Column } from '../output/table.ts'
import { renderTable } from '../output/table.ts'
import { counted, oneLine } from '../output/text.ts'
import type { OwnerClient } from '../owner-client.ts'
import { recipeStore } from '../recipe-option.ts'
import { withOwner, withOwnerOf } from '../with-owner.ts'

interface DataOptions {
  readonly data?: string
}

interface SaveOptions extends DataOptions {
  readonly name?: string
  readonly replace?: boolean
}

interface DraftOptions extends SaveOptions {
  readonly hole: string
}

const MAX_NAME = 50
const DATA = ['--data <dir>', 'data directory (or JOBYARD_DATA)'] as const

const HELP = `
A recipe is a job with a hole. Data files that are dropped on it become one job each:
  jobyard run --recipe transcode holiday/

Examples:
  jobyard recipe add transcode.recipe.yaml
  jobyard recipe save 12 --name transcode --hole /home/me/a.mov
  jobyard recipe export transcode`

/** `recipe`: the recipes of a data directory. */
export function addRecipeCommand(program: Command, host: Host): void {
  const recipe = program
    .command('recipe')
    .summary('list, add and remove recipes: jobs with a hole for data files')
    .description('The recipes of a data directory. They are files in its folder `recipes`.')
    .addHelpText('after', HELP)
  addReading(recipe, host)
  addWriting(recipe, host)
}

function addReading(recipe: Command, host: Host): void {
  recipe
    .command('ls')
    .description('Lists the recipes, those with faults too.')
    .option('--json', 'print a JSON array')
    .option(...DATA)
    .action(async (options: DataOptions & { readonly json?: boolean }) => {
      await list(await recipeStore(options.data).list(), options.json === true, host)
    })
  recipe
    .command('show')
    .description('Prints a recipe as it was written.')
    .argument('<name>')
    .option(...DATA)
    .action(async (name: string, options: DataOptions) => {
      await host.stdout.write((await recipeStore(options.data).text(name)).text)
    })
  recipe
    .command('export')
    .description('Copies a recipe to a file, by default here and under its own name.')
    .argument('<name>')
    .argument('[file]', 'where to; it must not be there')
    .option(...DATA)
    .action(async (name: string, file: string | undefined, options: DataOptions) => {
      await exportTo(await recipeStore(options.data).text(name), file, host)
    })
}

function addWriting(recipe: Command, host: Host): void {
  recipe
    .command('add')
    .description('Copies a recipe file into the data directory.')
    .argument('<file>', 'a .recipe.yaml or .recipe.json, or another job file with a hole')
    .option('--name <name>', 'call it so, and not like its file')
    .option('--replace', 'take the place of one with this name')
    .option(...DATA)
    .action(async (file: string, options: SaveOptions) => {
      host.exit_code = await withOwner(resolveDataDir(options.data), host, (client) =>
        add(client, file, options, host),
      )
    })
  recipe
    .command('save')
    .description('Makes a recipe that does what a job does, for other files.')
    .argument('<id>', 'of a job', parseId)
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--hole <text>', 'the text of the job in whose place the file is to stand')
    .option('--replace', 'take the place of one with this name')
    .option(...DATA)
    .action(async (id: number, options: DraftOptions) => {
      host.exit_code = await withOwnerOf(options, host, (client) => saveJob(client, id, options, host))
    })
  recipe
    .command('rm')
    .description('Removes recipes. Jobs that came from them stay.')
    .argument('<name...>')
    .option(...DATA)
    .action(async (names: string[], options: DataOptions) => {
      host.exit_code = await withOwnerOf(options, host, async (client) => {
        for (const name of names) await client.api('recipes:remove', { name })
        await host.stdout.line(`removed ${counted(names.length, 'recipe')}`)
        return EXIT.ok
      })
    })
}

const TABLE: readonly Column<RecipeInfo>[] = [
  { title: 'NAME', cell: ({ name }) => oneLine(name), most: MAX_NAME },
  { title: 'TAKES', cell: ({ about }) => oneLine(takesText(about)), most: MAX_NAME },
  { title: 'OUTPUT', cell: ({ about }) => oneLine(about?.output ?? '-'), most: MAX_NAME },
  { title: 'RUNS', cell: ({ about, problems }) => oneLine(about?.runs ?? faultText(problems[0])) },
]

function takesText(about: RecipeInfo['about']): string {
  if (about === null) return '-'
  if (about.columns !== null) return `rows with ${about.columns.join(', ')}`
  return about.accepts === null ? 'every file' : about.accepts.join(' ')
}

function faultText(problem: RecipeInfo['problems'][number] | undefined): string {
  if (problem === undefined) return ''
  return `fault${problem.line === null ? '' : ` in line ${problem.line}`}: ${problem.message}`
}

async function list(recipes: readonly RecipeInfo[], json: boolean, host: Host): Promise<void> {
  if (json) await host.stdout.line(JSON.stringify(recipes))
  else if (recipes.length === 0) note(host, 'there are no recipes. Add one with: jobyard recipe add FILE')
  else {
    const columns = host.terminal === null ? null : sizeOf(host.terminal).columns
    for (const line of renderTable(TABLE, recipes, columns, host.colors)) await host.stdout.line(line)
  }
}

async function exportTo(
  { file_name, text }: RecipeText,
  file: string | undefined,
  host: Host,
): Promise<void> {
  const path = resolve(host.cwd, file ?? file_name)
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    throw cannot('write', path, error)
  }
  await host.stdout.line(`wrote ${file ?? file_name}`)
}

async function add(client: OwnerClient, file: string, options: SaveOptions, host: Host): Promise<number> {
  const path = resolve(host.cwd, file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw cannot('read', path, error)
  })
  const ending = /\.json$/i.test(path) ? '.recipe.json' : '.recipe.yaml'
  const name = options.name ?? basename(path).replace(/(?:\.recipe|\.job)?\.(?:ya?ml|json)$/i, '')
  return save(client, { file_name: `${name}${ending}`, text, replace: options.replace === true }, file, host)
}

async function saveJob(
  client: OwnerClient,
  job_id: number,
  { name, hole, replace = false }: DraftOptions,
  host: Host,
): Promise<number> {
  const { text } = await client.api('recipes:draft', { job_id, hole })
  return save(client, { file_name: `${name ?? ''}.recipe.yaml`, text, replace }, `job ${job_id}`, host)
}

async function save(
  client: OwnerClient,
  input: { readonly file_name: string; readonly text: string; readonly replace: boolean },
  source: string,
  host: Host,
): Promise<number> {
  const { saved, problems } = await client.api('recipes:save', input)
  if (saved === null) {
    const placed = problems.map((problem) => ({ ...problem, file: source }))
    tellProblems(
      { problems: placed, problem_count: problems.length },
      'it was not added',
      new PlainReporter(host),
    )
    return EXIT.bad_input
  }
  await host.stdout.line(`added recipe ${saved.name}`)
  return EXIT.ok
}

function cannot(verb: 'read' | 'write', path: string, error: unknown): JobyardError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const why = code === 'EEXIST' ? 'it is there already' : code === 'ENOENT' ? 'it is not there' : code
  return new JobyardError('BAD_INPUT', `Cannot ${verb} ${path}: ${why}.`, { cause: error })
}
