import { MAX_PATH_CHARS, MAX_QUOTED_CHARS } from './limits.ts'

/** The way from the root of a parsed file to a value: keys and indices. */
export type SpecPath = readonly (string | number)[]

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/

/** `jobs[3].retry.limit`, `env["a b"]`. */
export function pathText(path: SpecPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (part.length <= MAX_QUOTED_CHARS && PLAIN_KEY.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${quoted(part)}]`
    if (text.length > MAX_PATH_CHARS) return cut(text, MAX_PATH_CHARS)
  }
  return text
}

/** The value at the end of a path, undefined where there is none. */
export function valueAt(root: unknown, path: SpecPath): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** A value as it is named in a fault. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'nothing (null)'
  if (typeof value === 'string') return value === '' ? 'empty text' : quoted(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map'
}

/** A text in quotes, in one line, cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(cut(text, MAX_QUOTED_CHARS))
}

/** At most `max` UTF-16 units, with an ellipsis where something is missing; no character is cut in half. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 2)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return `${text.slice(0, splitsPair ? max - 2 : max - 1)}…`
}
