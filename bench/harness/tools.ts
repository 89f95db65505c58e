import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

const BENCH_ROOM = new URL('../', import.meta.url)

/** Path of a program on PATH, or nothing when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** Those of the named packages that `npm ci --prefix bench` has not installed. */
export function missingPackages(names: readonly string[]): string[] {
  return names.filter((name) => !existsSync(new URL(`node_modules/${name}/package.json`, BENCH_ROOM)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
