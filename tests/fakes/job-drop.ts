import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readDrop } from '../../electron/engine/job-files/read-drop.ts'
import type { DropOptions, JobFilesRead } from '../../electron/engine/job-files/read-drop.ts'
import { readWrittenJob } from '../../electron/engine/store/written-job.ts'
import type { JobFileProblem } from '../../shared/job-file-problem.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import { tempDir } from './temp-dir.ts'

export interface DropRead extends JobFilesRead {
  readonly jobs: readonly NewJob[]
  readonly batches: readonly number[]
}

/** A folder with files to be read as job files, in the thread of the test. */
export class JobDrop {
  readonly dir = tempDir()

  path(name: string): string {
    return join(this.dir, name)
  }

  /** @returns the path */
  write(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    chmodSync(path, mode)
    return path
  }

  /** Reads what is named, by default the folder itself. */
  async read(
    paths: readonly string[] = [this.dir],
    options: Partial<
      Pick<DropOptions, 'recursive' | 'script_dir' | 'wanted' | 'env' | 'findJobs' | 'recipe'>
    > = {},
  ): Promise<DropRead> {
    const jobs: NewJob[] = []
    const batches: number[] = []
    const read = await readDrop({
      paths,
      cwd: this.dir,
      recursive: options.recursive ?? false,
      script_dir: options.script_dir ?? null,
      ...(options.wanted === undefined ? {} : { wanted: options.wanted }),
      ...(options.recipe === undefined ? {} : { recipe: options.recipe }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.findJobs === undefined ? {} : { findJobs: options.findJobs }),
      onJobs: async (batch) => {
        batches.push(batch.length)
        jobs.push(...batch.map(readWrittenJob))
        await Promise.resolve()
      },
    })
    return { ...read, jobs, batches }
  }

  /** Writes one file, named so that it is a job file, and reads it. */
  async readText(name: string, content: string | Uint8Array): Promise<DropRead> {
    return this.read([this.write(name, content)])
  }
}

/** `3:5 UNKNOWN_KEY jobs[0].comand`. */
export function places(problems: readonly JobFileProblem[]): string[] {
  return problems.map(({ line, column, code, path }) =>
    `${line ?? '-'}:${column ?? '-'} ${code} ${path}`.trimEnd(),
  )
}

export function names(jobs: readonly NewJob[]): string[] {
  return jobs.map(({ spec }) => spec.name)
}
