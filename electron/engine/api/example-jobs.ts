import { cp } from 'node:fs/promises'
import { join, relative } from 'node:path'

const FOLDER = 'examples'
/** Those come back every night: nobody who tries the examples has asked for that. A drop reads folders to the bottom. */
const LEFT_OUT = 'schedules'

/**
 * Puts the examples where they may be changed and may write: those that were installed cannot. What was changed there
 * stays as it is.
 * @returns the folder
 */
export async function layOutExamples(installed: string, data_dir: string): Promise<string> {
  const folder = join(data_dir, FOLDER)
  const filter = (path: string): boolean => relative(installed, path) !== LEFT_OUT
  await cp(installed, folder, { recursive: true, force: false, filter })
  return folder
}
