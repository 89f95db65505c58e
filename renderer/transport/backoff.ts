const FIRST_MS = 200
const LONGEST_MS = 5_000

/** How long to wait before the next try, after so many that failed. */
export function backoffAfter(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
}
