import type { Dirent } from 'node:fs'
import { access, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** In the folder of an upload: jobs were queued from it, so its files stay. */
export const QUEUED_MARK = '.queued'
const DAY_MS = 24 * 60 * 60 * 1_000
const SWEEP_EVERY_MS = 60 * 60 * 1_000

/** Whether jobs were queued from this folder. */
export async function isQueued(folder: string): Promise<boolean> {
  return access(join(folder, QUEUED_MARK)).then(
    () => true,
    () => false,
  )
}

/**
 * Removes the uploads and pastes that nothing was queued from and that are older than that.
 * @internal for tests
 */
export async function sweepUploads(uploads: string, older_than_ms: number): Promise<void> {
  for (const entry of await entriesOf(uploads)) {
    const folder = join(uploads, entry.name)
    if (!entry.isDirectory() || (await isQueued(folder))) continue
    const { mtimeMs } = await stat(folder)
    if (Date.now() - mtimeMs < older_than_ms) continue
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What an owner before left goes now, what is left from now on after a day. @returns the function that ends it */
export async function keepUploadsSwept(uploads: string): Promise<() => void> {
  await sweepUploads(uploads, 0)
  const timer = setInterval(() => {
    // Tried again in an hour.
    sweepUploads(uploads, DAY_MS).catch(() => undefined)
  }, SWEEP_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
