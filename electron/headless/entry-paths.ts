import { dirname, join } from 'node:path'

/** Files that are started as a process or a thread of their own, and the page. */
export interface EntryPaths {
  readonly worker: string
  readonly store_thread: string
  readonly job_file_thread: string
  readonly history_thread: string
  /** Folder of the built page. */
  readonly renderer: string
  /** Folder of the examples. */
  readonly examples: string
}

/**
 * Where those files are: beside the command line's own file in the build, in their rooms in the source.
 * @param cli_file path of the file that the process was started with
 */
export function entryPaths(cli_file: string): EntryPaths {
  const folder = dirname(cli_file)
  if (!cli_file.endsWith('.ts')) {
    const app = dirname(dirname(folder))
    return {
      worker: join(folder, 'worker.js'),
      store_thread: join(folder, 'store-thread.js'),
      job_file_thread: join(folder, 'job-file-thread.js'),
      history_thread: join(folder, 'history-thread.js'),
      renderer: join(dirname(folder), 'renderer'),
      // Jobs cannot run from inside an archive: in an installed app they lie beside it.
      examples: app.endsWith('.asar') ? join(dirname(app), 'examples') : join(app, 'resources', 'examples'),
    }
  }
  const electron = dirname(folder)
  return {
    worker: join(electron, 'worker', 'worker.ts'),
    store_thread: join(electron, 'engine', 'store', 'store-thread.ts'),
    job_file_thread: join(electron, 'engine', 'job-files', 'job-file-thread.ts'),
    history_thread: join(electron, 'engine', 'store', 'history-thread.ts'),
    renderer: join(dirname(electron), 'out', 'renderer'),
    examples: join(dirname(electron), 'resources', 'examples'),
  }
}
