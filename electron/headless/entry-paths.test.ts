import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { expect, test } from 'vitest'
import { entryPaths } from './entry-paths.ts'

test('from the source, the processes and threads are files of their rooms', () => {
  for (const path of Object.values<string>({ ...entryPaths(join(import.meta.dirname, 'cli.ts')) })) {
    expect(existsSync(path), path).toBe(true)
  }
})

test('in the build, they lie beside the command line', () => {
  const out = join(sep, 'somewhere', 'out', 'main')
  expect(entryPaths(join(out, 'cli.js'))).toEqual({
    worker: join(out, 'worker.js'),
    store_thread: join(out, 'store-thread.js'),
    job_file_thread: join(out, 'job-file-thread.js'),
    history_thread: join(out, 'history-thread.js'),
    renderer: join(sep, 'somewhere', 'out', 'renderer'),
    examples: join(sep, 'somewhere', 'resources', 'examples'),
  })
  const archive = join(sep, 'opt', 'Jobyard', 'resources', 'app.asar')
  expect(entryPaths(join(archive, 'out', 'main', 'cli.js')).examples).toBe(
    join(sep, 'opt', 'Jobyard', 'resources', 'examples'),
  )
})
