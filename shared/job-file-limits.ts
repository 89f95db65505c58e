import { z } from 'zod'
import { byteSize, duration, label, oneOf } from './job-file-values.ts'
import { CATCHUPS, OVERLAPS, SPEC_DEFAULTS, UNIQUE_WHILE } from './job-spec.ts'

/** The keys `limits`, `unique` and `schedule` of a job in a job file. Errors are phrases, as in `job-file-values.ts`. */

const LIMITS = 'a map with memory'
const MEMORY = 'a size of at least one byte, like "4GiB" or "500MB"'

/** `limits`, written out. */
export const limitsObjectSchema = z.strictObject(
  {
    memory: byteSize
      .refine((bytes) => bytes >= 1, { error: MEMORY })
      .meta({
        description: 'The most resident memory that the job and all it has started may use together.',
        examples: ['4GiB'],
      }),
    sustain: duration.optional().meta({
      description: 'How long it may use more.',
      default: '2s',
      examples: ['30s', 0],
    }),
  },
  { error: LIMITS },
)

export const limitsSchema = limitsObjectSchema.meta({
  id: 'limits',
  description: 'An attempt that uses more is ended, with the cause memory.',
  examples: [{ memory: '4GiB', sustain: '30s' }],
})

const UNIQUE_KEY = 'a key: text of one line, at most 500 characters'

/** `unique`, written out. */
export const uniqueObjectSchema = z.strictObject(
  {
    key: label(UNIQUE_KEY, 500).meta({
      description: 'Jobs with the same key are the same.',
      examples: ['nightly backup'],
    }),
    while: oneOf(UNIQUE_WHILE).optional().meta({
      description:
        'queued: while the other waits. active: until it has ended. ever: as long as it is in the history, however it ended.',
      default: SPEC_DEFAULTS.unique_while,
    }),
  },
  { error: 'a key, or a map with key and while' },
)

export const uniqueSchema = z
  .union([label(UNIQUE_KEY, 500), uniqueObjectSchema], { error: 'a key, or a map with key and while' })
  .meta({
    id: 'unique',
    description:
      'Not queued while another job has the same key. Text is the key, with the default for the rest.',
    examples: ['nightly backup', { key: 'import 2024', while: 'ever' }],
  })

const SCHEDULE = 'a map with at or cron'
const AT = 'a time with its zone, like "2030-01-31T02:00:00+01:00" or "2030-01-31T01:00:00Z"'
const CRON = 'five fields (minute, hour, day of the month, month, day of the week), like "0 2 * * *"'
const TZ = 'the name of a time zone, like "Europe/Berlin" or "UTC"'

/** RFC 3339, which is what `Date.parse` is sure to know. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** Epoch milliseconds after parsing. */
const timeSchema = z
  .string({ error: AT })
  .max(64, { error: AT, abort: true })
  .regex(RFC_3339, { error: AT, abort: true })
  .transform((text, context) => {
    const ms = Date.parse(text)
    // `Date.parse` takes the 30th of February for the 2nd of March.
    const day = Number(text.slice(8, 10))
    const isDay =
      new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day
    if (Number.isFinite(ms) && isDay) return ms
    context.issues.push({ code: 'custom', message: AT, input: text })
    return z.NEVER
  })

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

const isMap = ({ value }: { readonly value: unknown }): boolean => typeof value === 'object' && value !== null

/** `schedule`, written out. What a cron pattern means is looked at by who reads it: no rule of ours could say it. */
export const scheduleObjectSchema = z.strictObject(
  {
    at: timeSchema.optional().meta({
      description: 'Not before this time, once. RFC 3339, with the zone.',
      examples: ['2030-01-31T02:00:00+01:00'],
    }),
    cron: z
      .string({ error: CRON })
      .max(200, { error: CRON, abort: true })
      .regex(/^\S+(?: +\S+){4}$/, { error: CRON })
      .optional()
      .meta({
        description: 'Again and again, at these times.',
        examples: ['0 2 * * *', '*/15 8-18 * * MON-FRI'],
      }),
    tz: z
      .string({ error: TZ })
      .max(64, { error: TZ, abort: true })
      .refine(isTimeZone, { error: TZ })
      .optional()
      .meta({
        description:
          'The IANA time zone of the cron pattern. Without it, that of the machine when it is queued.',
        examples: ['Europe/Berlin'],
      }),
    overlap: oneOf(OVERLAPS).optional().meta({
      description:
        'What happens when the job before has not ended. skip: this time is passed over. queue: it waits for the one before. all: it does not wait.',
      default: SPEC_DEFAULTS.overlap,
    }),
    catchup: oneOf(CATCHUPS).optional().meta({
      description:
        'What happens to times that were missed because Jobyard was not open or the machine slept. none: they are passed over. one: one job stands for all. all: one job each.',
      default: SPEC_DEFAULTS.catchup,
    }),
  },
  { error: SCHEDULE },
)

/** Rules between the keys, also said in JSON Schema. */
export const scheduleSchema = scheduleObjectSchema
  .refine((value) => has(value, 'at') || has(value, 'cron'), {
    when: isMap,
    error: 'A schedule has to say when: at or cron.',
    params: { code: 'MISSING' },
  })
  .refine((value) => !(has(value, 'at') && has(value, 'cron')), {
    when: isMap,
    error: 'A schedule is either at one time or by cron: keep only one of the two.',
    params: { code: 'CONFLICT' },
  })
  .refine((value) => !has(value, 'at') || !['tz', 'overlap', 'catchup'].some((key) => has(value, key)), {
    when: isMap,
    error: 'tz, overlap and catchup belong to cron. A time has its zone at its end.',
    params: { code: 'CONFLICT' },
  })
  .meta({
    id: 'schedule',
    description: 'When the job is to run: once, or again and again.',
    oneOf: [{ required: ['at'] }, { required: ['cron'] }],
    dependentRequired: { tz: ['cron'], overlap: ['cron'], catchup: ['cron'] },
    examples: [
      { cron: '0 2 * * *', tz: 'Europe/Berlin', overlap: 'skip', catchup: 'one' },
      { at: '2030-01-31T02:00:00+01:00' },
    ],
  })
