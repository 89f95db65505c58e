import { z } from 'zod'
import { BYTE_SIZE_PATTERN, parseByteSize } from './byte-size.ts'
import { DURATION_PATTERN, parseDuration } from './duration.ts'

/**
 * The values of job files: durations, sizes, arguments, and the texts and numbers of which keys are made.
 *
 * Every `error` here is the phrase for what was expected, of which readers make "Expected <phrase>, found …".
 */

/** Items of a list, entries of a map. A reader looks at it before it parses: each fault found costs memory. */
export const MAX_LIST_ITEMS = 100_000

/** The largest number the store takes as a priority. */
export const MAX_INT32 = 2 ** 31 - 1

/** No operating system takes NUL in an argument, a path or a variable. */
// eslint-disable-next-line no-control-regex -- NUL is what it is about
export const NO_NUL = /^[^\u0000]*$/

/** Text without NUL, which no operating system takes in an argument, a path or a variable. */
export function plainText(error: string) {
  return z.string({ error }).min(1, { error }).regex(NO_NUL, { error })
}

/** Text that is shown in one line. */
export function label(phrase: string, max: number) {
  return z
    .string({ error: phrase })
    .min(1, { error: phrase })
    .max(max, { error: phrase })
    .regex(/^\P{Cc}*$/u, { error: phrase })
    .regex(/\P{White_Space}/u, { error: phrase })
}

/** For text that goes through a pattern which takes long on long text: it is not tried on such. */
function shortText(error: string) {
  return z.string({ error }).max(64, { error, abort: true })
}

/** A whole number between two others, both of them allowed. */
export function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A value, or a list of such; a list after parsing. */
export function oneOrMany<Item extends z.ZodType<string>>(item: Item, error: string) {
  return z
    .union([item, z.array(item, { error }).min(1, { error })], { error })
    .transform((value) => (Array.isArray(value) ? value : [value]))
}

/** One of a few words. */
export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

const DURATION = 'a duration like 90 (seconds), "1h30m", "250ms" or "PT5M", ten years at most'
const POSITIVE_DURATION = 'a duration longer than 0, like 90 (seconds), "1h30m", "250ms" or "PT5M"'

/** Milliseconds after parsing. */
function durationOf(seconds: z.ZodNumber, least_ms: number, error: string) {
  return z
    .union([seconds, shortText(error).regex(DURATION_PATTERN, { error })], { error })
    .transform((value, context) => {
      const ms = parseDuration(value)
      if (ms !== null && ms >= least_ms) return ms
      context.issues.push({ code: 'custom', message: error, input: value })
      return z.NEVER
    })
}

/** Milliseconds after parsing. */
export const duration = durationOf(
  z.number({ error: DURATION }).min(0, { error: DURATION }),
  0,
  DURATION,
).meta({
  id: 'duration',
  description: 'A number of seconds, or text like "1h30m", "250ms" or ISO 8601 "PT5M". Ten years at most.',
})
/** Milliseconds after parsing, at least one. */
const positiveDuration = durationOf(
  z.number({ error: POSITIVE_DURATION }).positive({ error: POSITIVE_DURATION }),
  1,
  POSITIVE_DURATION,
).meta({
  id: 'positive-duration',
  description:
    'A duration of at least a millisecond: a number of seconds, or text like "1h30m", "250ms" or ISO 8601 "PT5M".',
})

const PERCENT = /^(\d{1,6}(?:\.\d{1,3})?)%$/
const TIMEOUT = `${POSITIVE_DURATION}, or a share of the usual run time, like "300%"`

/** Milliseconds, or `{ percent }`, after parsing. */
export const timeout = z.union(
  [
    positiveDuration,
    shortText(TIMEOUT)
      .regex(PERCENT, { error: TIMEOUT })
      .transform((text, context) => {
        const percent = Number(text.slice(0, -1))
        if (percent > 0) return { percent }
        context.issues.push({ code: 'custom', message: TIMEOUT, input: text })
        return z.NEVER
      }),
  ],
  { error: TIMEOUT },
)

const BYTES = 'a size like 65536 (bytes), "64KiB" or "16MiB"'

/** Whole bytes after parsing. */
export const byteSize = z
  .union(
    [
      z.number({ error: BYTES }).min(0, { error: BYTES }),
      shortText(BYTES).regex(BYTE_SIZE_PATTERN, { error: BYTES }),
    ],
    {
      error: BYTES,
    },
  )
  .transform((value, context) => {
    const bytes = parseByteSize(value)
    if (bytes !== null) return bytes
    context.issues.push({ code: 'custom', message: BYTES, input: value })
    return z.NEVER
  })

const ARGUMENT = 'text without NUL, or a number'

/** YAML makes a number of `5` and a boolean of `true`; a command wants the text. */
export const argument = z
  .union(
    [
      z.string({ error: ARGUMENT }).regex(NO_NUL, { error: ARGUMENT }),
      z.number({ error: ARGUMENT }).transform(String),
      z.boolean({ error: ARGUMENT }).transform(String),
    ],
    { error: ARGUMENT },
  )
  .meta({ id: 'argument', description: 'Text. A number or a boolean stands for its text.' })
