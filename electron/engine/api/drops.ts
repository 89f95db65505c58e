import { randomUUID } from 'node:crypto'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import type { z } from 'zod'
import type {
  DropPreview,
  DropSource,
  dropSubmitSchema,
  PreviewJob,
  Submitted,
} from '../../../shared/drop.ts'
import { JobyardError } from '../../../shared/errors.ts'
import type { InputOf } from '../../../shared/ipc.ts'
import type { RecipeRef } from '../../../shared/recipe.ts'
import type { OwnedEngine } from '../create-engine.ts'
import type { FindJobs } from '../job-files/drop-names.ts'
import { readJobFiles } from '../job-files/read-job-files.ts'
import type { JobFilesRead, ReadJobFilesOptions } from '../job-files/read-job-files.ts'
import type { RecipeUse } from '../recipes/recipe-drop.ts'
import { droppedRecipes, recipeOffers } from '../recipes/recipe-offers.ts'
import type { RecipeStore } from '../recipes/recipe-store.ts'
import { readWrittenJob, writeJob } from '../store/written-job.ts'
import type { WrittenJob } from '../store/written-job.ts'
import type { ThreadHistory } from '../store/thread-history.ts'
import { DoneBefore } from '../submissions/done-before.ts'
import { submitFiles } from '../submissions/submit-files.ts'
import { layOutExamples } from './example-jobs.ts'
import { isInside, named, namedFiles, needsOf, previewOf, scheduleOf } from './preview-job.ts'
import type { SettingsKeeper } from './settings-keeper.ts'
import { QUEUED_MARK } from './upload-folders.ts'

/** Jobs of a preview that are shown one by one. */
const SHOWN_JOBS = 200
/** Previews that wait for a decision; the oldest gives way. */
const MAX_DROPS = 20

export interface DropsOptions {
  readonly owned: OwnedEngine
  readonly history: Pick<ThreadHistory, 'duplicates' | 'holders' | 'known'>
  readonly settings: SettingsKeeper
  readonly recipes: RecipeStore
  readonly findJobs: FindJobs
  readonly job_file_thread: string
  /** Folder of the examples that came with Jobyard. */
  readonly examples: string
}

/** What a preview was made of, to be read again when it is queued. */
interface Drop {
  readonly paths: readonly string[]
  readonly recursive: boolean
  /** What the files are data for; null: they are job files. */
  readonly recipe: RecipeUse | null
  /** Where the files of an upload or a paste stand; null: they are the person's own. */
  readonly folder: string | null
  readonly count: number
  readonly problem_count: number
  readonly untrusted_folders: readonly string[]
}

type DropSubmit = z.infer<typeof dropSubmitSchema>

/** Drops between their preview and the decision about them. */
export class Drops {
  readonly #options: DropsOptions
  readonly #drops = new Map<string, Drop>()

  constructor(options: DropsOptions) {
    this.#options = options
  }

  /**
   * Reads what was dropped and runs nothing.
   * @throws JobyardError NOT_ALLOWED for paths from a caller on another machine, BAD_INPUT, RECIPE_NOT_FOUND
   */
  async preview(input: InputOf<'drop:preview'>, is_remote: boolean): Promise<DropPreview> {
    const { source, recursive } = input
    const recipe = await this.#recipe(input.recipe, is_remote)
    const { folder, paths } = await this.#place(source, is_remote)
    const jobs: WrittenJob[] = []
    const options = { recursive, script_dir: null, wanted: SHOWN_JOBS }
    const read = await this.#read({ paths, recipe }, options, (batch) => {
      jobs.push(...batch)
      return Promise.resolve()
    })
    const { count, problem_count, left_files } = read
    if (count === 0 && problem_count === 0 && (left_files?.count ?? 0) === 0) throw noJobs(recursive)
    const untrusted_folders = await this.#untrustedOf(input, paths)
    const drop_id = this.#keep({ paths, recursive, recipe, folder, count, problem_count, untrusted_folders })
    const shown = await this.#shown(jobs, folder)
    const offers = recipe === null ? await recipeOffers(this.#options.recipes, read.problems) : []
    return {
      drop_id,
      count,
      jobs: shown,
      problems: read.problems.map((problem) => named(problem, folder)),
      problem_count,
      duplicate_count: shown.filter(({ duplicate_of }) => duplicate_of !== null).length,
      untrusted_folders,
      offers,
      recipe_files: await droppedRecipes(read.problems),
      ...(left_files === undefined ? {} : { left_files: namedFiles(left_files, folder) }),
    }
  }

  /**
   * Queues a drop that was previewed: all of it, or with `skip_bad` what is good.
   * @throws JobyardError DROP_NOT_FOUND, DROP_CHANGED, DROP_HAS_FAULTS, NOT_ALLOWED where its folders are not trusted
   */
  async submit(input: DropSubmit): Promise<Submitted> {
    const drop = this.#drops.get(input.drop_id)
    if (drop === undefined) {
      throw new JobyardError(
        'DROP_NOT_FOUND',
        'This drop was queued already, or too long ago. Drop the files again.',
      )
    }
    if (drop.untrusted_folders.length > 0) await this.#trust(drop, input.trust)
    const { engine, paths } = this.#options.owned
    const { history } = this.#options
    const done = input.skip_done === true ? await DoneBefore.load((after) => history.known(after)) : null
    const { submission, problem_count } = await submitFiles({
      ...{ engine, done },
      label: drop.paths.map((path) => basename(path)).join(' '),
      skip_bad: input.skip_bad,
      read: async (onJobs) => {
        const options = { recursive: drop.recursive, script_dir: paths.scripts }
        const read = await this.#read(drop, options, (jobs) =>
          onJobs(isOverriding(input) ? jobs.map((job) => overridden(job, input)) : jobs),
        )
        checkUnchanged(drop, read)
        return read
      },
    })
    if (submission === null) throw hasFaults(problem_count)
    this.#drops.delete(input.drop_id)
    if (drop.folder !== null) await writeFile(join(drop.folder, QUEUED_MARK), '')
    return done === null ? submission : { ...submission, left_out: done.count }
  }

  discard(drop_id: string): void {
    this.#drops.delete(drop_id)
  }

  /** Where the files of the drop are; pasted text becomes one. */
  async #place(
    source: DropSource,
    is_remote: boolean,
  ): Promise<{ readonly folder: string | null; readonly paths: readonly string[] }> {
    const { uploads } = this.#options.owned.paths
    switch (source.from) {
      case 'paths':
        if (is_remote)
          throw new JobyardError('NOT_ALLOWED', 'A browser sends files as content, not by their paths.')
        if (!source.paths.every(isAbsolute))
          throw new JobyardError('INVALID_ARGUMENT', 'Paths must be absolute.')
        return { folder: null, paths: source.paths }
      case 'upload': {
        const folder = join(uploads, source.upload_id)
        const names = await readdir(folder).catch(() => [])
        return {
          folder,
          paths: names
            .filter((name) => !name.startsWith('.'))
            .sort()
            .map((name) => join(folder, name)),
        }
      }
      case 'text': {
        const folder = join(uploads, randomUUID())
        const path = join(folder, safeName(source.name))
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeFile(path, source.text, { mode: 0o600 })
        return { folder, paths: [path] }
      }
      case 'examples': {
        const { examples, owned } = this.#options
        return { folder: null, paths: [await layOutExamples(examples, owned.paths.dir)] }
      }
    }
  }

  #read(
    { paths, recipe }: Pick<Drop, 'paths' | 'recipe'>,
    options: Pick<ReadJobFilesOptions, 'recursive' | 'script_dir' | 'wanted'>,
    onJobs: (jobs: readonly WrittenJob[]) => Promise<void>,
  ): Promise<JobFilesRead> {
    if (paths.length === 0) throw noJobs(options.recursive)
    const { job_file_thread, findJobs } = this.#options
    return readJobFiles({
      ...options,
      ...(recipe === null ? {} : { recipe }),
      ...{ paths, cwd: sep, entry: job_file_thread, findJobs, onJobs },
    })
  }

  async #shown(written: readonly WrittenJob[], folder: string | null): Promise<PreviewJob[]> {
    const { history } = this.#options
    const jobs = written.map(readWrittenJob)
    const [duplicates, holders] = await Promise.all([
      history.duplicates(written.map(({ spec_text }) => spec_text)),
      history.holders(jobs.map(({ spec }) => spec.unique ?? null)),
    ])
    const hasSchedules = jobs.some(({ spec }) => spec.schedule !== undefined)
    const schedules = hasSchedules ? await this.#options.owned.engine.schedules() : []
    return jobs.map((job, index) => ({
      ...previewOf(job, folder),
      ...needsOf(job, jobs),
      schedule: scheduleOf(job.spec, schedules),
      duplicate_of: duplicates[index] ?? null,
      unique_of: holders[index] ?? null,
    }))
  }

  async #recipe(asked: RecipeRef | undefined, is_remote: boolean): Promise<RecipeUse | null> {
    if (asked === undefined) return null
    if ('name' in asked) return { file: await this.#options.recipes.find(asked.name) }
    if (is_remote)
      throw new JobyardError('NOT_ALLOWED', 'A browser names a recipe, or saves it before: not by its path.')
    if (!isAbsolute(asked.file)) throw new JobyardError('INVALID_ARGUMENT', 'Paths must be absolute.')
    return { file: asked.file }
  }

  /** Where what will run comes from: data is trusted as far as the recipe is, and a kept one was looked at before. */
  async #untrustedOf(
    { source, recipe }: InputOf<'drop:preview'>,
    paths: readonly string[],
  ): Promise<readonly string[]> {
    if (recipe !== undefined) return 'file' in recipe ? this.#untrusted([dirname(recipe.file)]) : []
    return source.from === 'paths' ? this.#untrusted(await foldersOf(paths)) : []
  }

  #untrusted(folders: readonly string[]): string[] {
    const { trusted_folders } = this.#options.settings.current
    return folders.filter((folder) => !trusted_folders.some((trusted) => isInside(folder, trusted)))
  }

  async #trust(drop: Drop, trust: DropSubmit['trust']): Promise<void> {
    if (trust === 'once') return
    if (!trust) {
      const folders = drop.untrusted_folders.join(', ')
      throw new JobyardError(
        'NOT_ALLOWED',
        `Nothing was queued from ${folders} before: say that you trust it.`,
      )
    }
    await this.#options.settings.trust(drop.untrusted_folders)
  }

  #keep(drop: Drop): string {
    const drop_id = randomUUID()
    this.#drops.set(drop_id, drop)
    const [oldest] = this.#drops.keys()
    if (this.#drops.size > MAX_DROPS && oldest !== undefined) this.#drops.delete(oldest)
    return drop_id
  }
}

async function foldersOf(paths: readonly string[]): Promise<string[]> {
  const folders = new Set<string>()
  for (const path of paths) {
    const is_folder = await stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    )
    folders.add(is_folder ? path : dirname(path))
  }
  return [...folders]
}

function isOverriding({ group, priority, hold }: DropSubmit): boolean {
  return group !== undefined || priority !== undefined || hold !== undefined
}

function overridden(written: WrittenJob, { group, priority, hold }: DropSubmit): WrittenJob {
  const { spec, ...job } = readWrittenJob(written)
  return writeJob({
    ...job,
    spec: {
      ...spec,
      ...(group === undefined ? {} : { group }),
      ...(priority === undefined ? {} : { priority }),
      ...(hold === undefined ? {} : { hold }),
    },
  })
}

function checkUnchanged(drop: Drop, read: JobFilesRead): void {
  if (read.count === drop.count && read.problem_count === drop.problem_count) return
  throw new JobyardError(
    'DROP_CHANGED',
    'The files were changed since the preview. Nothing was queued: drop them again.',
  )
}

function hasFaults(problem_count: number): JobyardError {
  const faults = problem_count === 1 ? '1 fault' : `${problem_count} faults`
  return new JobyardError(
    'DROP_HAS_FAULTS',
    `The files have ${faults}: correct them, or queue the good jobs only.`,
  )
}

function noJobs(recursive: boolean): JobyardError {
  const hint = recursive ? '' : ' Folders inside folders were not looked into.'
  return new JobyardError('BAD_INPUT', `There is no job in what was dropped.${hint}`)
}

function safeName(name: string): string {
  const safe = basename(name)
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^\.+/, '')
  return safe === '' ? 'pasted.job.yaml' : safe
}
