/** `{}`, `{/.}`, `{2}`, `{name}`, `{name.}`, or an expression that names an input. */
const HOLE =
  /\{(?:-?\d+|[\p{L}_][^{}\n:,;|&<>()$"']*?)?(?:\/\.|\/\/|\/|\.)?\}|\$\{\{\s*(?:raw\(\s*)?inputs\s*[.[]/u
const OUTPUT = /\{output(?:\/\.|\/\/|\/|\.)?\}|\$\{\{\s*(?:raw\(\s*)?inputs\s*(?:\.\s*output\b|\[\s*'output')/

/** Whether a text inside has something that may stand for a file or a cell. */
export function hasHole(value: unknown): boolean {
  return someText(value, (text) => HOLE.test(text))
}

export function namesOutput(value: unknown): boolean {
  return someText(value, (text) => OUTPUT.test(text))
}

/** The names of columns that texts inside have in braces. */
export function namesColumn(value: unknown, columns: readonly string[]): boolean {
  return someText(value, (text) =>
    columns.some(
      (column) => text.includes(`{${column}}`) || PARTS.some((part) => text.includes(`{${column}${part}}`)),
    ),
  )
}

const PARTS = ['.', '/', '//', '/.'] as const

function someText(value: unknown, matches: (text: string) => boolean): boolean {
  if (typeof value === 'string') return matches(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((inner: unknown) => someText(inner, matches))
}
