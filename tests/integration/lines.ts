import { existsSync, readFileSync } from 'node:fs'

/** Whole lines of a file so far; none where it is not there yet. */
export function readLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}
