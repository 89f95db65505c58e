import { resolve } from 'node:path'
import type { LeftFiles } from '../../../shared/drop.ts'
import { missingCase } from '../../../shared/errors.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { readRecipeDrop } from '../recipes/recipe-drop.ts'
import type { RecipeUse } from '../recipes/recipe-drop.ts'
import { readCommandsFile } from './commands-file.ts'
import { readDocument, WaitingFiles } from './document.ts'
import type { DocumentContext } from './document.ts'
import { DropNames } from './drop-names.ts'
import type { FindJobs } from './drop-names.ts'
import { FolderWalk } from './folder-walk.ts'
import type { FoundFile } from './folder-walk.ts'
import { readJoblog } from './interchange-joblog.ts'
import { JobBatches } from './job-batches.ts'
import type { OnJobs } from './job-batches.ts'
import { readJsonLines } from './json-lines.ts'
import type { Environment } from './normalise.ts'
import { ProblemList } from './problem-list.ts'
import { referencedFiles } from './references.ts'
import { readScript } from './script-header-job.ts'
import { ScriptStore } from './script-store.ts'
import { readTable } from './table.ts'
import { Targets } from './targets.ts'

export interface DropOptions {
  /** Files and folders, relative ones to `cwd`. */
  readonly paths: readonly string[]
  readonly cwd: string
  /** Read folders inside folders too. */
  readonly recursive: boolean
  /** Where contents of scripts are stored; null: a preview, nothing is stored and no folder is made. */
  readonly script_dir: string | null
  /** What the paths are data for; missing: they are job files. */
  readonly recipe?: RecipeUse
  /** What `env.X` in a sweep means, besides the variables of the job itself. */
  readonly env?: Environment
  /** Only so many jobs are wanted; the rest is read for its faults, and counted. */
  readonly wanted?: number
  /** Knows the jobs that were queued before, for needs by id; missing: nobody does, and all ids are taken for good. */
  readonly findJobs?: FindJobs
  /** Takes jobs in order, in batches; a job needs only jobs of its own batch or of earlier ones. */
  readonly onJobs: OnJobs
  /** Called before a file is read. */
  readonly onFile?: (file: string) => void
}

export interface JobFilesRead {
  /** Good jobs, all of which (or as many as were wanted) were handed to `onJobs`. */
  readonly count: number
  /** The first faults, in the order in which the files were read: those that need others come last. */
  readonly problems: readonly JobFileProblem[]
  /** All faults, those beyond the listed ones too. */
  readonly problem_count: number
  /** Files that were read as job files, or as data for a recipe. */
  readonly files: number
  /** Missing: nothing was dropped on a recipe. */
  readonly left_files?: LeftFiles
}

/**
 * Reads all that was dropped, in the thread it is called in. What is wrong with a file is never thrown but told.
 * @throws what `onJobs` throws
 */
export async function readDrop(options: DropOptions): Promise<JobFilesRead> {
  const problems = new ProblemList()
  const store = new ScriptStore(options.script_dir)
  const sync = (): void => {
    store.sync()
  }
  const batches = new JobBatches(options.onJobs, sync, options.wanted)
  const own = { problems, batches, targets: new Targets(store), env: options.env ?? {} }
  const paths = options.paths.map((path) => resolve(options.cwd, path))
  if (options.recipe !== undefined) {
    const drop = { use: options.recipe, paths, makes_folders: options.script_dir !== null }
    const read = await readRecipeDrop(drop, own)
    await batches.flush()
    return { count: batches.count, problems: problems.listed, problem_count: problems.count, ...read }
  }
  const walk = new FolderWalk(problems, options.recursive)
  for (const path of paths) walk.add(path)
  const referenced = referencedFiles(walk.files)
  const context = {
    ...own,
    waiting: new WaitingFiles(),
    names: new DropNames(
      walk.files.map(({ path }) => path),
      options.findJobs ?? null,
    ),
  }
  let files = 0
  for (const file of walk.files) {
    if (file.kind.kind === 'script' && referenced.has(file.path)) continue
    options.onFile?.(file.path)
    const { kind } = file.kind
    batches.onJob = kind === 'script' || kind === 'table' ? context.names.watch(file.path) : null
    if (await readFile(file, context)) files += 1
    if (batches.isFull) await batches.flush()
  }
  batches.onJob = null
  await context.waiting.link(context)
  await batches.flush()
  return { count: batches.count, problems: problems.listed, problem_count: problems.count, files }
}

/** @returns whether it was a job file */
async function readFile(file: FoundFile, context: DocumentContext): Promise<boolean> {
  switch (file.kind.kind) {
    case 'script':
      await readScript(file.path, context)
      return true
    case 'lines':
      await readJsonLines(file.path, context)
      return true
    case 'commands':
      await readCommandsFile({ path: file.path, ...file.kind }, context)
      return true
    case 'joblog':
      await readJoblog(file.path, context)
      return true
    case 'table':
      return readTable({ path: file.path, ...file.kind }, file.named, context)
    case 'document':
      return readDocument({ path: file.path, ...file.kind }, file.named, context)
    default:
      return missingCase(file.kind)
  }
}
