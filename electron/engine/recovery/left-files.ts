import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataPaths } from '../store/data-dir.ts'

/** Half-written scripts; see job-files/script-store.ts. */
const TEMPORARY = '.tmp-'

/**
 * Removes what was on its way when an owner died: orders and results too large for a message, half-written scripts. Only
 * the owner may call it, before it takes anything in.
 */
export async function removeLeftFiles(
  paths: Pick<DataPaths, 'spool' | 'results' | 'scripts'>,
): Promise<void> {
  await removeFrom(paths.spool, () => true)
  await removeFrom(paths.results, () => true)
  await removeFrom(paths.scripts, (name) => name.startsWith(TEMPORARY))
}

async function removeFrom(folder: string, isLeft: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isLeft(name)) await rm(join(folder, name), { force: true, recursive: true })
  }
}
