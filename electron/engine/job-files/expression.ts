/** What `${{ … }}` may hold: one value by its name, or a text. */
export type Expression =
  /** `matrix.os`, `inputs['my file']`, `needs.a.result.list[0]`, `raw(env.FLAGS)`. `raw`: not quoted for the shell. */
  | {
      readonly kind: 'name'
      readonly context: string
      readonly path: readonly string[]
      readonly raw: boolean
    }
  /** `'{}'`: stands for itself. */
  | { readonly kind: 'text'; readonly text: string }

const TEXT = /^'((?:[^']|'')*)'$/
const CONTEXT = /^[A-Za-z_][\w-]*/
const STEP = /\.([A-Za-z_][\w-]*)|\[\s*(?:'((?:[^']|'')*)'|(\d+))\s*\]/y

/** @param source what stands between `${{` and `}}`. @returns null where it is none */
export function parseExpression(source: string): Expression | null {
  const trimmed = source.trim()
  const text = TEXT.exec(trimmed)?.[1]
  if (text !== undefined) return { kind: 'text', text: text.replaceAll("''", "'") }
  const isRaw = trimmed.startsWith('raw(') && trimmed.endsWith(')')
  return parseName(isRaw ? trimmed.slice('raw('.length, -1).trim() : trimmed, isRaw)
}

function parseName(source: string, raw: boolean): Expression | null {
  const context = CONTEXT.exec(source)?.[0]
  if (context === undefined) return null
  const path: string[] = []
  for (let at = context.length; at < source.length; at = STEP.lastIndex) {
    STEP.lastIndex = at
    const step = STEP.exec(source)
    if (step === null) return null
    const [, plain, quoted = '', index] = step
    path.push(plain ?? index ?? quoted.replaceAll("''", "'"))
  }
  return path.length === 0 ? null : { kind: 'name', context, path, raw }
}
