import { missingCase } from '../../../shared/errors.ts'
import { parseExpression } from './expression.ts'
import type { Expression } from './expression.ts'
import { nearest } from './issues.ts'
import { needValue } from './need-value.ts'
import type { NeedValue } from './need-value.ts'
import { partOf, shellQuote, VALUE_PARTS } from './replacement.ts'
import type { ValuePart } from './replacement.ts'
import { ShellQuotes } from './shell-quotes.ts'
import { quoted } from './spec-path.ts'

/** What the holes of one template may name. */
export interface TemplateScope {
  /** Names of the input sources, in order; null: there are none, and `{}` means itself. */
  readonly sources: readonly string[] | null
  /** Names of values that are no sources: `{}` and `{1}` do not count them. */
  readonly extras?: readonly string[]
  /** Only these names mean something between braces: `{}`, `{1}`, `{#}` and `{%}` do not. */
  readonly names_only?: boolean
  /** Names of the matrix; null: there is none. */
  readonly matrix: ReadonlySet<string> | null
  /** What `needs` may name: jobs that this one needs, as they are written; null: it needs none. */
  readonly needs?: ReadonlySet<string> | null
  /** There are no values but those of needs: whatever else looks like a hole means itself. */
  readonly only_needs?: boolean
  /** The environment a job will have. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The values of one job. */
export interface TemplateRow {
  /** One for each source. */
  readonly values: readonly string[]
  /** One for each of the extras. */
  readonly extras?: readonly string[]
  readonly matrix: Readonly<Record<string, unknown>>
  /** From 1: `{#}`. */
  readonly number: number
  /** What is put for `{%}`: the number of the slot is known when the job starts. */
  readonly slot_mark: string
}

/** A text with holes, ready to be filled as often as need be. */
export type Template = readonly Piece[]

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `position` null: all of them. */
  | {
      readonly kind: 'value'
      readonly position: number | null
      readonly part: ValuePart
      readonly raw: boolean
    }
  | { readonly kind: 'extra'; readonly index: number; readonly part: ValuePart; readonly raw: boolean }
  | { readonly kind: 'matrix'; readonly path: readonly string[]; readonly raw: boolean }
  /** A part of the text that is known before any job is, and is quoted like a value. */
  | { readonly kind: 'known'; readonly text: string; readonly raw: boolean }
  | NeedPiece
  | { readonly kind: 'number' }
  | { readonly kind: 'slot' }

/** What a needed job came to: known when the job is started, and left as it is written until then. */
export interface NeedPiece extends NeedValue {
  readonly kind: 'need'
  readonly raw: boolean
  readonly hole: string
}

/** How a template is filled. */
export interface TemplateUse {
  /** The text is a command for the shell: values are quoted. */
  readonly shell: boolean
  /** The job has values of needs, so its texts are looked at once more: no value may become a hole then. */
  readonly again?: boolean
  readonly platform?: NodeJS.Platform
}

export interface TemplateFault {
  readonly code: 'BAD_EXPRESSION' | 'UNKNOWN_VALUE'
  readonly message: string
  readonly found: string
}

const OPENING = /\$\{\{|\{([^{}\n]*)\}/g
const POSITION = /^(-?\d+)(.*)$/s

/** @returns the template, or null where the text has no hole that means something here; or what is wrong */
export function compileTemplate(
  text: string,
  scope: TemplateScope,
  { shell, platform = process.platform }: TemplateUse,
): Template | TemplateFault | null {
  if (!text.includes('{')) return null
  const pieces: Piece[] = []
  const quotes = shell && platform !== 'win32' ? new ShellQuotes() : null
  let from = 0
  for (const { hole, at, braces, expression } of holesOf(text)) {
    const piece = expression === null ? braced(braces, scope) : evaluated(expression, hole, scope)
    if (piece?.kind === 'text' && scope.only_needs === true && hole === piece.text) continue
    if (piece === null) continue
    if (piece.kind === 'fault') return piece.fault
    const before = text.slice(from, at)
    from = at + hole.length
    if (before !== '') pieces.push({ kind: 'text', text: before })
    quotes?.feed(before)
    if (quotes?.insideQuotes === true && isQuoted(piece)) return insideQuotes(hole)
    if (piece.kind === 'text') quotes?.feed(piece.text)
    else quotes?.skip()
    pieces.push(piece)
  }
  if (pieces.length === 0) return null
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) })
  return pieces
}

interface FoundHole {
  readonly hole: string
  readonly at: number
  /** What is between the braces, where it is no expression. */
  readonly braces: string
  readonly expression: string | null
}

/** In one pass, whatever the text: a regular expression that looks for the end of each opening would not be. */
function* holesOf(text: string): Generator<FoundHole, void, undefined> {
  const opening = new RegExp(OPENING)
  const last_end = text.lastIndexOf('}}')
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const [hole, braces] = match
    if (braces !== undefined) {
      yield { hole, at: match.index, braces, expression: null }
      continue
    }
    if (last_end < opening.lastIndex) continue
    const end = text.indexOf('}}', opening.lastIndex)
    const expression = text.slice(opening.lastIndex, end)
    opening.lastIndex = end + 2
    yield { hole: text.slice(match.index, end + 2), at: match.index, braces: '', expression }
  }
}

/** Whether a filled text holds the mark of the slot. */
export function hasSlot(template: Template): boolean {
  return template.some(({ kind }) => kind === 'slot')
}

/** What it says of needed jobs. */
export function needsIn(template: Template): readonly NeedPiece[] {
  return template.filter((piece) => piece.kind === 'need')
}

/** Texts of values, to be looked at for holes once more, become themselves then. */
function meaningNothing(text: string): string {
  return text.replaceAll('${{', "${{ '${{' }}")
}

export function fillTemplate(template: Template, row: TemplateRow, use: TemplateUse): string {
  const { shell, platform, again = false } = use
  const quote = shell ? (value: string) => shellQuote(value, platform) : same
  let text = ''
  let done = ''
  for (const piece of template) {
    if (piece.kind === 'need') {
      done += meaningNothing(text) + piece.hole
      text = ''
    } else if (piece.kind === 'text') text += piece.text
    else if (piece.kind === 'number') text += String(row.number)
    else if (piece.kind === 'slot') text += row.slot_mark
    else text += filled(piece, row, shell && !piece.raw ? quote : same)
  }
  return again ? done + meaningNothing(text) : text
}

function same(value: string): string {
  return value
}

function filled(
  piece: Extract<Piece, { kind: 'value' | 'extra' | 'matrix' | 'known' }>,
  row: TemplateRow,
  quote: (value: string) => string,
): string {
  switch (piece.kind) {
    case 'known':
      return quote(piece.text)
    case 'matrix':
      return quote(scalarText(lookUp(row.matrix, piece.path)))
    case 'extra':
      return quote(partOf(row.extras?.[piece.index] ?? '', piece.part))
    case 'value': {
      const { position, part } = piece
      if (position === null) return row.values.map((value) => quote(partOf(value, part))).join(' ')
      const value = row.values.at(position > 0 ? position - 1 : position)
      // GNU parallel puts nothing there, not even an empty word.
      return value === undefined ? '' : quote(partOf(value, part))
    }
    default:
      return missingCase(piece)
  }
}

/** The text of a value of a matrix. What is not there is empty, as in GitHub Actions. */
export function scalarText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function lookUp(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** Where a name of a source is also a part (`{/}`), the part wins. */
function braced(inner: string, { sources, extras = [], names_only = false }: TemplateScope): Piece | null {
  if (sources === null) return null
  const unnamed = names_only ? null : unnamedPiece(inner)
  if (unnamed !== null) return unnamed
  for (const [index, name] of sources.entries()) {
    const part = partNamed(inner, name)
    if (part !== null) return { kind: 'value', position: index + 1, part, raw: false }
  }
  for (const [index, name] of extras.entries()) {
    const part = partNamed(inner, name)
    if (part !== null) return { kind: 'extra', index, part, raw: false }
  }
  // GNU parallel leaves braces alone that mean nothing to it, and so do shells and awk programs want it.
  return null
}

function partNamed(inner: string, name: string): ValuePart | null {
  if (!inner.startsWith(name)) return null
  return VALUE_PARTS.find((candidate) => candidate === inner.slice(name.length)) ?? null
}

function unnamedPiece(inner: string): Piece | null {
  if (inner === '#') return { kind: 'number' }
  if (inner === '%') return { kind: 'slot' }
  const whole = VALUE_PARTS.find((part) => part === inner)
  if (whole !== undefined) return { kind: 'value', position: null, part: whole, raw: false }
  const [, digits, rest] = POSITION.exec(inner) ?? []
  const position = Number(digits ?? 0)
  const part = VALUE_PARTS.find((candidate) => candidate === rest)
  return position !== 0 && part !== undefined ? { kind: 'value', position, part, raw: false } : null
}

type Evaluated = Piece | { readonly kind: 'fault'; readonly fault: TemplateFault }

const OF_NEEDS = /^\s*(?:raw\(\s*)?needs\b/

function evaluated(source: string, hole: string, scope: TemplateScope): Evaluated {
  const expression = parseExpression(source)
  const isOther = expression === null ? !OF_NEEDS.test(source) : isNoNeed(expression)
  if (scope.only_needs === true && isOther) return { kind: 'text', text: hole }
  if (expression === null) {
    const message = `${quoted(hole)} is not understood. Write a name like matrix.x, inputs.x, env.X or needs.x.result, raw(…) around one, or a text in single quotes.`
    return { kind: 'fault', fault: { code: 'BAD_EXPRESSION', message, found: quoted(hole) } }
  }
  if (expression.kind === 'text') return { kind: 'text', text: expression.text }
  return named(expression, hole, scope)
}

function isNoNeed(expression: Expression): boolean {
  return expression.kind === 'name' && expression.context !== 'needs'
}

function named(
  { context, path, raw }: Extract<Expression, { kind: 'name' }>,
  hole: string,
  { sources, extras = [], matrix, env, needs = null }: TemplateScope,
): Evaluated {
  const [name = '', ...deeper] = path
  switch (context) {
    case 'matrix':
      if (matrix === null) return unknown(hole, 'There is no strategy.matrix here.')
      return matrix.has(name) ? { kind: 'matrix', path, raw } : unknown(hole, notOf('matrix', name, matrix))
    case 'inputs': {
      if (sources === null) return unknown(hole, 'There are no inputs here.')
      const [index, extra] = [sources.indexOf(name), extras.indexOf(name)]
      if (Math.max(index, extra) < 0 || deeper.length > 0)
        return unknown(hole, notOf('inputs', path.join('.'), [...sources, ...extras]))
      if (index < 0) return { kind: 'extra', index: extra, part: '', raw }
      return { kind: 'value', position: index + 1, part: '', raw }
    }
    case 'env': {
      const value = deeper.length > 0 ? undefined : env[name]
      if (value === undefined) return unknown(hole, notOf('environment', path.join('.'), Object.keys(env)))
      return { kind: 'known', text: value, raw }
    }
    case 'needs': {
      if (needs === null) return unknown(hole, 'This job needs no other.')
      const value = needValue(path, needs)
      return typeof value === 'string' ? unknown(hole, value) : { kind: 'need', ...value, raw, hole }
    }
    default:
      return unknown(hole, `Known are matrix, inputs, env and needs.`)
  }
}

function notOf(where: string, name: string, known: Iterable<string>): string {
  const near = nearest(name, known)
  if (near !== null) return `Did you mean ${quoted(near)}?`
  const names = [...known]
  const listed = names.length > 0 && names.length <= 10 ? ` It has ${names.join(', ')}.` : ''
  return `The ${where} has no ${quoted(name)}.${listed}`
}

function unknown(hole: string, hint: string): Evaluated {
  const message = `${quoted(hole)} names nothing. ${hint}`
  return { kind: 'fault', fault: { code: 'UNKNOWN_VALUE', message, found: quoted(hole) } }
}

function isQuoted(piece: Piece): boolean {
  return 'raw' in piece && !piece.raw
}

function insideQuotes(hole: string): TemplateFault {
  const message = `${quoted(hole)} stands inside quotes, but what takes its place is quoted already. Take the quotes around it away.`
  return { code: 'BAD_EXPRESSION', message, found: quoted(hole) }
}
