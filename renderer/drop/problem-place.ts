/** The last part of a path, of whatever system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path
}

/** `:31:14`, `:31`, or nothing where the fault is the whole file's. */
export function problemPlace(problem: {
  readonly line: number | null
  readonly column: number | null
}): string {
  if (problem.line === null) return ''
  return problem.column === null ? `:${problem.line}` : `:${problem.line}:${problem.column}`
}
