/** What must not be in an installed app. */

export interface PackedFile {
  /** Inside the app's resources, with `/`. */
  readonly path: string
  readonly bytes: number
}

const MAX_BYTES = 6 * 1024 * 1024
const SOURCE = /\.(?:ts|mts|cts|tsx|svelte)$/
/** Rooms of the checkout, and what lies at its top. */
const OUTSIDE = /^(?:electron|shared|renderer|tests|bench|scripts|docs|dist|\.git|\.ci)\//

/**
 * What is wrong with a packed app, a sentence each.
 * @param files all that lies in its archive or beside it
 * @param native the one binary that fits the system, by its file name
 */
export function packedFaults(files: readonly PackedFile[], native: string): readonly string[] {
  const faults: string[] = []
  for (const { path } of files) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (SOURCE.test(name) || OUTSIDE.test(path)) faults.push(`${path} is source`)
    if (name.endsWith('.map')) faults.push(`${path} is a source map`)
    if (name.endsWith('.node') && name !== native) faults.push(`${path} is for another system`)
    if (/^node(?:\.exe)?$/.test(name) || path.includes('node_modules/node-'))
      faults.push(`${path} is of Node`)
  }
  if (!files.some(({ path }) => path.endsWith(`/${native}`))) faults.push(`${native} is missing`)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > MAX_BYTES) faults.push(`all of it is ${bytes} bytes, more than ${MAX_BYTES}`)
  return faults
}
