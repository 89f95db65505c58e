import { cp } from 'node:fs/promises'
import { join } from 'node:path'

const FOLDER = 'examples'

/**
 * Puts the examples where they may be changed and may write: those that were installed cannot. What was changed there
 * stays as it is.
 * @returns the folder
 */
export async function layOutExamples(installed: string, data_dir: string): Promise<string> {
  const folder = join(data_dir, FOLDER)
  await cp(installed, folder, { recursive: true, force: false })
  return folder
}
