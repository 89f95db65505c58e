import { relative, resolve, sep } from 'node:path'
import { hasCode } from '../../shared/errors.ts'
import type { JobFileProblem } from '../../shared/job-file-problem.ts'
import type { FilesSubmitted } from '../engine/submissions/submit-files.ts'
import type { Host } from './host.ts'
import type { FileOptions } from './job-files.ts'
import { noJobs } from './job-files.ts'
import { recipeUse } from './recipe-option.ts'
import type { OwnerClient } from './owner-client.ts'

export interface DropOptions extends FileOptions {
  /** Instead of what the files say. */
  readonly group?: string
  readonly priority?: number
  readonly hold?: boolean
}

/**
 * Has the owner queue the jobs of files given on the command line, as `queueFiles` does for this process.
 * @throws JobyardError BAD_INPUT where the files hold no job at all
 */
export async function dropFiles(
  client: OwnerClient,
  files: readonly string[],
  options: DropOptions,
  host: Host,
): Promise<FilesSubmitted> {
  const { skipBad = false, recursive = false, resume = false, group, priority, hold } = options
  const paths = files.map((file) => resolve(host.cwd, file))
  const recipe = await recipeUse(options, host)
  const preview = await client
    .api('drop:preview', {
      source: { from: 'paths', paths },
      recursive,
      ...(recipe === null ? {} : { recipe }),
    })
    .catch((error: unknown) => {
      throw hasCode(error, 'BAD_INPUT') ? noJobs(files, options) : error
    })
  const { drop_id, count, problem_count, left_files } = preview
  const left = left_files === undefined ? {} : { left_files }
  const problems = preview.problems.map((problem) => asTyped(problem, host.cwd))
  if (count === 0 || (problem_count > 0 && !skipBad)) {
    await client.api('drop:discard', { drop_id })
    return { submission: null, problems, problem_count, ...left }
  }
  const submission = await client.api('drop:submit', {
    drop_id,
    skip_bad: skipBad,
    // Whoever names a file here means it; that says nothing of what is dropped from there later.
    trust: 'once',
    ...(group === undefined ? {} : { group }),
    ...(priority === undefined ? {} : { priority }),
    ...(hold === undefined ? {} : { hold }),
    ...(resume ? { skip_done: true } : {}),
  })
  const { left_out } = submission
  return { submission, problems, problem_count, ...left, ...(left_out === undefined ? {} : { left_out }) }
}

/** The owner works elsewhere and tells whole paths. */
function asTyped(problem: JobFileProblem, cwd: string): JobFileProblem {
  return problem.file.startsWith(cwd + sep) ? { ...problem, file: relative(cwd, problem.file) } : problem
}
