/** Longer results are not made into a tree unless asked to, and only their start is shown. */
export const LARGE_CHARS = 512 * 1024
export const FIRST_CHARS = 64 * 1024

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** @returns the value, or null where the text is no JSON */
export function parseResult(text: string): { readonly value: Json } | null {
  try {
    const isJson = (_value: unknown): _value is Json => true
    const value: unknown = JSON.parse(text)
    return isJson(value) ? { value } : null
  } catch {
    return null
  }
}

/** The start of a long text, not cut within a character. */
export function startOf(text: string, chars: number): string {
  if (text.length <= chars) return text
  const code = text.charCodeAt(chars - 1)
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? chars - 1 : chars)
}

/** Names (or places) and values of what a value holds; null: it holds nothing. */
export function entriesOf(value: Json): readonly (readonly [string, Json])[] | null {
  if (value === null || typeof value !== 'object') return null
  return Object.entries(value)
}

/** `{ 3 keys }`, `[ 12 items ]`. */
export function summaryOf(value: Json, count: number): string {
  if (Array.isArray(value)) return count === 1 ? '[ 1 item ]' : `[ ${count} items ]`
  return count === 1 ? '{ 1 key }' : `{ ${count} keys }`
}
