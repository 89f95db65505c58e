import { stripVTControlCharacters } from 'node:util'

/* eslint-disable no-control-regex -- control characters are what it is about */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g
const CONTROLS_BUT_TAB = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]+/g
/* eslint-enable no-control-regex */
/** Marks that turn the direction of what follows around: a name could make a line read as something else. */
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that comes from a job (its name, say) as part of one line: no colours, no line breaks, nothing that moves the cursor. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(DIRECTIONS, '').replace(CONTROLS, ' ').trim()
}

/** A line that a job printed, to be shown within ours. */
export function outputLine(text: string): string {
  // A line that was redrawn in place: what stood there last counts.
  const last = text.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  return stripVTControlCharacters(last)
    .replace(DIRECTIONS, '')
    .replace(CONTROLS_BUT_TAB, ' ')
    .replaceAll('\t', '    ')
    .trimEnd()
}

const THOUSANDS = new Intl.NumberFormat('en-US')

/** `12,345`. */
export function formatCount(count: number): string {
  return THOUSANDS.format(count)
}

/** `1 job`, `12,345 jobs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
