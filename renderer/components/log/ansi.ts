import type { Color, ParseToken } from 'ansi-sequence-parser'
import { createAnsiSequenceParser, createColorPalette, namedColors } from 'ansi-sequence-parser'
import { missingCase } from '../../../shared/errors.ts'

/** A part of a line that looks the same throughout. */
export interface LogSpan {
  readonly text: string
  /** Names of classes, from the 16 colours and the decorations; empty: as the rest. */
  readonly classes: string
  /** Colours that no class names (256 colours, RGB); null: none. */
  readonly color: string | null
  readonly background: string | null
}

/** @returns the spans of a line whose colours begin as `start_sgr` says */
export function spansOf(text: string, start_sgr: string): LogSpan[] {
  if (start_sgr === '' && !text.includes('\u001b')) {
    return text === '' ? [] : [{ text, classes: '', color: null, background: null }]
  }
  return createAnsiSequenceParser()
    .parse(start_sgr + text)
    .map(spanOf)
}

/** The sequence that sets what is on at this token; empty where nothing is. */
export function sgrOf(token: ParseToken | undefined): string {
  if (token === undefined) return ''
  const codes: (string | number)[] = []
  for (const decoration of token.decorations) codes.push(DECORATION_CODES[decoration])
  if (token.foreground !== null) codes.push(colourCode(token.foreground, 30))
  if (token.background !== null) codes.push(colourCode(token.background, 40))
  return codes.length === 0 ? '' : `\u001b[${codes.join(';')}m`
}

const DECORATION_CODES = {
  bold: 1,
  dim: 2,
  italic: 3,
  underline: 4,
  reverse: 7,
  hidden: 8,
  strikethrough: 9,
  overline: 53,
} as const

const PALETTE = createColorPalette()

function colourCode(color: Color, base: 30 | 40): string {
  switch (color.type) {
    case 'named': {
      const at = namedColors.indexOf(color.name)
      return String(at < 8 ? base + at : base + 60 + at - 8)
    }
    case 'table':
      return `${base + 8};5;${color.index}`
    case 'rgb':
      return `${base + 8};2;${color.rgb.join(';')}`
    default:
      return missingCase(color)
  }
}

function spanOf(token: ParseToken): LogSpan {
  const is_reverse = token.decorations.has('reverse')
  const front = is_reverse ? token.background : token.foreground
  const back = is_reverse ? token.foreground : token.background
  const classes: string[] = []
  for (const decoration of token.decorations) classes.push(`ansi-${decoration}`)
  const front_name = nameOf(front)
  const back_name = nameOf(back)
  if (front_name !== null) classes.push(`ansi-fg-${front_name}`)
  else if (is_reverse && front === null) classes.push('ansi-fg-paper')
  if (back_name !== null) classes.push(`ansi-bg-${back_name}`)
  else if (is_reverse && back === null) classes.push('ansi-bg-ink')
  return {
    text: token.value,
    classes: classes.join(' '),
    color: front_name === null ? valueOf(front) : null,
    background: back_name === null ? valueOf(back) : null,
  }
}

/** The first 16 of the 256 are the named ones. */
function nameOf(color: Color | null): string | null {
  if (color === null || color.type === 'rgb') return null
  if (color.type === 'named') return color.name
  return namedColors[color.index] ?? null
}

function valueOf(color: Color | null): string | null {
  if (color === null) return null
  if (color.type === 'table' && !(color.index >= 0 && color.index <= 255)) return null
  return PALETTE.value(color)
}
