import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
/** The command line as it is given out. Tests run it, not its source: it starts in half the time. */
export const BUILT_CLI = join(ROOT, 'out/main/cli.js')
const SOURCES = ['electron', 'shared']

/**
 * What is tried is what stands in the source.
 * @throws where the build is older, or was never made
 */
export function checkBuilt(): void {
  const built_ms = modifiedTime(BUILT_CLI)
  for (const folder of SOURCES) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.test.ts')) continue
      const file = join(entry.parentPath, entry.name)
      if (modifiedTime(file) > built_ms)
        throw new Error(`${file} is newer than what was built of it: npm run build`)
    }
  }
}

function modifiedTime(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
