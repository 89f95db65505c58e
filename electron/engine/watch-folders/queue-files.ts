import { join, sep } from 'node:path'
import type { WatchedFile, WatchFolder } from '../../../shared/watch.ts'
import type { OwnedEngine } from '../create-engine.ts'
import { readJobFiles } from '../job-files/read-job-files.ts'
import type { ReadJobFilesOptions } from '../job-files/read-job-files.ts'
import { submitFiles } from '../submissions/submit-files.ts'
import type { FilesQueued } from './folder-watch.ts'
import type { FoundRecipe } from './watch-recipe.ts'

export interface QueueFilesOptions extends Pick<OwnedEngine, 'engine' | 'paths'> {
  /** Path of job-file-thread.ts, or of what was built of it. */
  readonly entry: string
  readonly findJobs: ReadJobFilesOptions['findJobs']
}

/**
 * Queues a job for each of these files, as if they had been dropped on the recipe. All of them count as taken with the
 * commit that queues the jobs, those too of which there is no job, because their outputs exist or something is wrong.
 */
export async function queueFiles(
  { engine, paths, entry, findJobs }: QueueFilesOptions,
  { id: watch_id, folder }: WatchFolder,
  recipe: FoundRecipe,
  files: readonly WatchedFile[],
): Promise<FilesQueued> {
  const takes = { watch_id, files }
  const { submission, problems } = await submitFiles({
    engine,
    label: `watch ${watch_id}: ${folder}`,
    skip_bad: true,
    takes,
    read: (onJobs) =>
      readJobFiles({
        paths: files.map(({ path }) => join(folder, path)),
        cwd: sep,
        recursive: false,
        script_dir: paths.scripts,
        recipe: { file: recipe.file, root: folder },
        findJobs,
        entry,
        onJobs,
      }),
  })
  const problem = problems[0]
  const error = problem === undefined ? null : `${problem.file}: ${problem.message}`
  return { error, is_taken: submission !== null }
}
