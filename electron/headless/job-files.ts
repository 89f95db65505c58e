import { resolve } from 'node:path'
import { JobyardError } from '../../shared/errors.ts'
import type { OwnedEngine } from '../engine/create-engine.ts'
import type { LeftFiles } from '../../shared/drop.ts'
import type { JobFileProblem } from '../../shared/job-file-problem.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import type { JobFilesRead } from '../engine/job-files/read-job-files.ts'
import type { FindJobs } from '../engine/job-files/drop-names.ts'
import { readJobFiles } from '../engine/job-files/read-job-files.ts'
import { recipeOffers } from '../engine/recipes/recipe-offers.ts'
import { resolveDataDir } from '../engine/store/data-dir.ts'
import { openHistory } from '../engine/store/history.ts'
import { readWrittenJob } from '../engine/store/written-job.ts'
import { DoneBefore } from '../engine/submissions/done-before.ts'
import type { FilesSubmitted } from '../engine/submissions/submit-files.ts'
import { submitFiles } from '../engine/submissions/submit-files.ts'
import type { Submission } from '../engine/submissions/submitter.ts'
import type { Host } from './host.ts'
import { EXIT, note } from './host.ts'
import type { Reporter } from './output/reporter.ts'
import { formatTime } from '../engine/export/time-text.ts'
import { counted, oneLine } from './output/text.ts'
import type { RecipeOption } from './recipe-option.ts'
import { recipeStore, recipeUse } from './recipe-option.ts'
import type { Work } from './work.ts'

export interface FileOptions extends RecipeOption {
  readonly recursive?: boolean
  readonly skipBad?: boolean
  /** Leave out what has succeeded in this data directory before, or waits there. */
  readonly resume?: boolean
}

/** Files left out that are named. */
const MAX_LEFT_SHOWN = 20

/**
 * Queues the jobs of files given on the command line.
 * @throws JobyardError BAD_INPUT where the files hold no job at all
 */
export async function queueFiles(
  files: readonly string[],
  options: FileOptions,
  { engine, paths }: OwnedEngine,
  host: Host,
  signal: AbortSignal,
): Promise<FilesSubmitted> {
  const done = options.resume === true ? await doneBefore(paths.dir) : null
  const recipe = await recipeUse(options, host)
  const submitted = await submitFiles({
    ...{ engine, done },
    label: files.join(' '),
    skip_bad: options.skipBad ?? false,
    read: (onJobs) =>
      readJobFiles({
        paths: files,
        cwd: host.cwd,
        recursive: options.recursive ?? false,
        script_dir: paths.scripts,
        ...(recipe === null ? {} : { recipe }),
        entry: host.entries.job_file_thread,
        findJobs: jobFinder(paths.dir),
        onJobs,
        signal,
      }),
  })
  const { submission, problem_count, left_files } = submitted
  if (submission === null && problem_count === 0 && (left_files?.count ?? 0) === 0)
    throw noJobs(files, options)
  return submitted
}

async function doneBefore(dir: string): Promise<DoneBefore> {
  const history = openHistory(dir)
  try {
    return await DoneBefore.load((after) => history.known(after))
  } finally {
    history.close()
  }
}

/**
 * Queues the files that a host is started with, and tells their faults.
 * @returns what to end with where nothing is to be worked then, else null
 */
export async function addFiles(
  files: readonly string[],
  options: FileOptions,
  work: Work,
  host: Host,
): Promise<number | null> {
  const found = await work.read((signal) => queueFiles(files, options, work.owned, host, signal))
  if (found === null) return work.interrupts.exit_code ?? EXIT.failed
  const { submission, problem_count } = found
  tellLeftFiles(found, work.reporter)
  if (problem_count > 0)
    tellProblems(found, submission === null ? 'nothing was added' : 'the others were added', work.reporter)
  if (submission === null) return problem_count > 0 ? EXIT.bad_input : null
  tellDuplicates(submission, work.reporter)
  tellSchedules(submission, work.reporter)
  await work.reporter.submitted(submission)
  return null
}

/** Tells how many jobs were left out because others in the directory do the same. */
export function tellLeftOut({ left_out }: FilesSubmitted, reporter: Pick<Reporter, 'note'>): void {
  const { succeeded, waiting } = left_out ?? { succeeded: 0, waiting: 0 }
  if (succeeded > 0)
    reporter.note(
      `left out ${counted(succeeded, 'job')} that ${succeeded === 1 ? 'has' : 'have'} succeeded before`,
    )
  if (waiting > 0)
    reporter.note(
      `left out ${counted(waiting, 'job')} that ${waiting === 1 ? 'is' : 'are'} in the queue already`,
    )
}

/** Tells which files of a drop on a recipe were left out, because their outputs exist. */
export function tellLeftFiles(
  { left_files }: { readonly left_files?: LeftFiles },
  reporter: Pick<Reporter, 'note' | 'say'>,
): void {
  if (left_files === undefined || left_files.count === 0) return
  const { count, first } = left_files
  for (const { file, output } of first.slice(0, MAX_LEFT_SHOWN))
    reporter.say(oneLine(`${file}: left out, there is ${output}`))
  reporter.note(
    `left out ${counted(count, 'file')} whose output exists (if_exists of the recipe may say otherwise)`,
  )
}

/** Tells which jobs were not queued because others have their unique keys. */
export function tellDuplicates({ duplicates }: Submission, reporter: Pick<Reporter, 'note'>): void {
  if (duplicates === undefined) return
  for (const { name, of } of duplicates.first)
    reporter.note(`${oneLine(name)} was not queued: job ${of} has its unique key`)
  const more = duplicates.count - duplicates.first.length
  if (more > 0) reporter.note(`… and ${counted(more, 'more job')} not queued for that reason`)
}

/** Tells what will be queued again and again from now on. @param goes_on false: this process ends with its jobs */
export function tellSchedules(
  { schedules }: Submission,
  reporter: Pick<Reporter, 'note'>,
  goes_on = true,
): void {
  if (schedules === undefined) return
  for (const { id, name, next_ms } of schedules.first) {
    reporter.note(
      goes_on
        ? `${oneLine(name)} is schedule ${id}: ${next_ms === null ? 'never due' : `next at ${formatTime(next_ms)}`}`
        : `${oneLine(name)} comes by its schedule, and not in this run: add it with jobyard add, or to the app`,
    )
  }
  const more = schedules.count - schedules.first.length
  if (more > 0) reporter.note(`… and ${counted(more, 'more schedule')}`)
}

/** Knows the jobs of a data directory. */
function jobFinder(dir: string): FindJobs {
  return (ids) => {
    const history = openHistory(dir)
    try {
      return Promise.resolve(history.rows(ids).map(({ job }) => job.id))
    } finally {
      history.close()
    }
  }
}

/** Reads job files as `queueFiles` does, and queues nothing. */
export async function previewFiles(
  files: readonly string[],
  options: Pick<FileOptions, 'recursive' | 'recipe' | 'data'>,
  host: Host,
  onJobs: (jobs: readonly NewJob[]) => Promise<void>,
): Promise<JobFilesRead> {
  const recipe = await recipeUse(options, host)
  return readJobFiles({
    paths: files,
    cwd: host.cwd,
    recursive: options.recursive ?? false,
    script_dir: null,
    ...(recipe === null ? {} : { recipe }),
    entry: host.entries.job_file_thread,
    findJobs: jobFinder(resolveDataDir(options.data)),
    onJobs: (jobs) => onJobs(jobs.map(readWrittenJob)),
  })
}

/** What to tell where files hold no job. */
export function noJobs(files: readonly string[], options: FileOptions): JobyardError {
  if (options.recipe !== undefined)
    return new JobyardError('BAD_INPUT', `There is nothing in ${files.join(' ')} for the recipe.`)
  const hint = options.recursive === true ? '' : ' With --recursive folders are searched to the bottom.'
  return new JobyardError('BAD_INPUT', `There is no job in ${files.join(' ')}.${hint}`)
}

/** Where a fault is and what it is, in one line: `build.job.yaml:3:5: jobs[0].retry: …`. */
function problemLine(problem: JobFileProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':')
  const path = problem.path === '' ? '' : `${problem.path}: `
  return oneLine(`${place}: ${path}${problem.message}`)
}

/** Tells which recipes take files that are no job files. */
export async function tellOffers(
  { problems }: Pick<FilesSubmitted, 'problems'>,
  { recipe, data }: RecipeOption,
  host: Host,
): Promise<void> {
  if (recipe !== undefined) return
  const placed = problems.map((problem) => ({ ...problem, file: resolve(host.cwd, problem.file) }))
  for (const { name, files } of await recipeOffers(recipeStore(data), placed))
    note(host, oneLine(`the recipe ${name} takes ${files.join(', ')}: add --recipe ${JSON.stringify(name)}`))
}

/** Tells the faults, and what follows from them. */
export function tellProblems(
  found: Pick<FilesSubmitted, 'problems' | 'problem_count'>,
  outcome: string,
  reporter: Pick<Reporter, 'note' | 'say'>,
): void {
  for (const problem of found.problems) reporter.say(problemLine(problem))
  const more = found.problem_count - found.problems.length
  if (more > 0) reporter.say(`… and ${counted(more, 'more fault')}`)
  reporter.note(`${counted(found.problem_count, 'fault')} in the job files, ${outcome}`)
}
