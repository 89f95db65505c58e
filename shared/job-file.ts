import { z } from 'zod'
import { BYTE_SIZE_PATTERN, parseByteSize } from './byte-size.ts'
import { DURATION_PATTERN, parseDuration } from './duration.ts'
import { NEED_CONDITIONS, ON_INTERRUPT } from './job.ts'
import { DEFAULT_RETRY_CAUSES, RETRYABLE_CAUSES, SPEC_DEFAULTS, STOP_SIGNALS } from './job-spec.ts'

/**
 * What a person writes in a job file. The one source of the types, of the validation and of the published JSON Schema
 * (`resources/job-file.schema.json`). Parsing normalises scalars: durations become milliseconds, sizes bytes, the items
 * of a command text. (What is stored is in `job-spec.ts`.)
 *
 * Every `error` here is the phrase for what was expected, of which readers make "Expected <phrase>, found …"; only the
 * rules between keys, which have a problem code in their `params`, are whole sentences.
 */

/** Items of a list, entries of a map. A reader looks at it before it parses: each fault found costs memory. */
export const MAX_LIST_ITEMS = 100_000

const MAX_INT32 = 2 ** 31 - 1

// eslint-disable-next-line no-control-regex -- NUL is what it is about
const NO_NUL = /^[^\u0000]*$/

/** Text without NUL, which no operating system takes in an argument, a path or a variable. */
function plainText(error: string) {
  return z.string({ error }).min(1, { error }).regex(NO_NUL, { error })
}

/** Text that is shown in one line. */
function label(phrase: string, max: number) {
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

function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

function oneOf<const Values extends readonly string[]>(values: Values) {
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

const duration = durationOf(z.number({ error: DURATION }).min(0, { error: DURATION }), 0, DURATION).meta({
  id: 'duration',
  description: 'A number of seconds, or text like "1h30m", "250ms" or ISO 8601 "PT5M". Ten years at most.',
})
const positiveDuration = durationOf(
  z.number({ error: POSITIVE_DURATION }).positive({ error: POSITIVE_DURATION }),
  1,
  POSITIVE_DURATION,
).meta({
  id: 'positive-duration',
  description:
    'A duration of at least a millisecond: a number of seconds, or text like "1h30m", "250ms" or ISO 8601 "PT5M".',
})

const BYTES = 'a size like 65536 (bytes), "64KiB" or "16MiB"'

/** Whole bytes after parsing. */
const byteSize = z
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
const argument = z
  .union(
    [
      z.string({ error: ARGUMENT }).regex(NO_NUL, { error: ARGUMENT }),
      z.number({ error: ARGUMENT }),
      z.boolean({ error: ARGUMENT }),
    ],
    { error: ARGUMENT },
  )
  .transform(String)
  .meta({ id: 'argument', description: 'Text. A number or a boolean stands for its text.' })

const commandSchema = z
  .union(
    [
      plainText('text'),
      z
        .tuple([plainText('the name of a program')], argument, {
          error: (issue) => (Array.isArray(issue.input) ? 'the name of a program' : 'a list'),
        })
        .meta({ minItems: 1 }),
    ],
    {
      error:
        'a command line (text, run by the shell), or a list of a program and its arguments (run without a shell)',
    },
  )
  .meta({
    id: 'command',
    description:
      'What to run. Text is run by the shell (/bin/sh, cmd.exe on Windows). A list is a program and its arguments, run without a shell. Output lines like "25%", or JSON with "progress" or "result", are understood.',
    examples: [['ffmpeg', '-i', 'a.mov', 'a.mp4'], 'tar -czf home.tgz "$HOME/docs"'],
  })

const ENV_NAME = 'the name of a variable: not empty, without "=" and NUL'
const envSchema = z
  .record(
    // eslint-disable-next-line no-control-regex -- NUL is what it is about
    z.string().regex(/^[^=\u0000]+$/, { error: ENV_NAME }),
    argument,
    { error: 'a map of names and values' },
  )
  .meta({
    id: 'env',
    description: 'Environment variables, added to those Jobyard itself has.',
    examples: [{ LANG: 'C', PORT: 8080 }],
  })

const NEED = 'the name of a job, or a map like { job: build, if: success }'
const needSchema = z.union(
  [
    plainText(NEED),
    z.strictObject({
      job: plainText('the name of a job').meta({ description: 'The name of another job of this file.' }),
      if: oneOf(NEED_CONDITIONS).optional().meta({
        description:
          'success: it has succeeded. failure: it has failed, was cancelled or skipped. always: it has ended in any way.',
        default: 'success',
      }),
    }),
  ],
  { error: NEED },
)

const LIMIT = wholeNumber(0, 1_000)
const EXIT_CODE = wholeNumber(1, 2 ** 32 - 1)

const retryObjectSchema = z.strictObject({
  limit: LIMIT.meta({
    description: 'How many further attempts there may be after the first.',
    examples: [3],
  }),
  backoff: oneOf(['fixed', 'exponential'])
    .optional()
    .meta({ description: 'Whether the wait doubles with each attempt.', default: 'exponential' }),
  interval: duration
    .optional()
    .meta({ description: 'The wait before the first retry.', default: '1s', examples: ['10s', 'PT10S'] }),
  max: duration
    .optional()
    .meta({ description: 'No wait is longer than this.', default: '5m', examples: ['1h'] }),
  jitter: z
    .number({ error: 'a number from 0 to 1' })
    .min(0, { error: 'a number from 0 to 1' })
    .max(1, { error: 'a number from 0 to 1' })
    .optional()
    .meta({
      description: 'Each wait is made shorter or longer at random, by up to this share.',
      default: 0.2,
    }),
  exit_codes: z
    .array(EXIT_CODE, { error: 'a list of exit codes' })
    .min(1, { error: 'a list of exit codes' })
    .optional()
    .meta({ description: 'Retry only these exit codes. Without it, every bad one.', examples: [[75]] }),
  causes: z
    .array(oneOf(RETRYABLE_CAUSES), { error: 'a list of causes' })
    .min(1, { error: 'a list of causes' })
    .optional()
    .meta({
      description:
        'Retry after these causes. By default every bad end, but not a lost worker, a crash or a power cut: those follow on_interrupt.',
      default: [...DEFAULT_RETRY_CAUSES],
      examples: [['exit', 'timeout', 'worker-lost']],
    }),
})

const retrySchema = z
  .union([LIMIT, retryObjectSchema], { error: 'a whole number from 0 to 1000, or a map with limit and more' })
  .meta({
    id: 'retry',
    description:
      'Whether and when to try again after a bad end. A number is the limit, with the defaults for the rest.',
    examples: [
      2,
      { limit: 3, backoff: 'exponential', interval: '10s', max: '5m', jitter: 0.2, exit_codes: [75] },
    ],
  })

const stopSchema = z
  .strictObject(
    {
      signal: oneOf(STOP_SIGNALS)
        .optional()
        .meta({ description: 'The signal that asks the job to end.', default: SPEC_DEFAULTS.stop.signal }),
      grace: duration.optional().meta({
        description: 'From the signal until the whole process tree is killed.',
        default: '5s',
        examples: ['30s'],
      }),
    },
    { error: 'a map with signal and grace' },
  )
  .meta({
    id: 'stop',
    description: 'How the job is stopped.',
    examples: [{ signal: 'SIGINT', grace: '30s' }],
  })

const logSchema = z
  .strictObject(
    {
      max: byteSize.optional().meta({
        description: 'How much output is kept for each attempt: half from its start, half from its end.',
        default: '16MiB',
        examples: ['64MiB', 65536],
      }),
    },
    { error: 'a map with max' },
  )
  .meta({ id: 'log', description: 'What is kept of the output.', examples: [{ max: '64MiB' }] })

const PATH = 'a path'
const PROGRAM_ARGUMENTS = 'a list of arguments'

/** The keys that `defaults` may hold too. */
const sharedShape = {
  cwd: plainText(PATH)
    .optional()
    .meta({
      description:
        'The folder the job works in. A relative path counts from the folder of the job file, which is also the default. "~" is not expanded.',
      examples: ['build', '/srv/media'],
    }),
  env: envSchema.optional(),
  group: label('the name of a group: text of one line, at most 100 characters', 100)
    .optional()
    .meta({
      description: 'The group whose limit and pause apply. It is created if there is none of that name.',
      default: SPEC_DEFAULTS.group,
      examples: ['video'],
    }),
  priority: wholeNumber(-MAX_INT32, MAX_INT32)
    .optional()
    .meta({
      description: 'Jobs with a higher number run first.',
      default: SPEC_DEFAULTS.priority,
      examples: [10],
    }),
  hold: z
    .boolean({ error: 'true or false' })
    .optional()
    .meta({ description: 'Queue it, but do not start it until it is released.', default: false }),
  delay: duration.optional().meta({
    description: 'Do not start it before this long after it was queued.',
    default: 0,
    examples: ['10m', 'PT1H'],
  }),
  retry: retrySchema.optional(),
  timeout: positiveDuration.optional().meta({
    description: 'An attempt that runs longer is stopped. Time in which it is suspended does not count.',
    examples: ['2h', 90, 'PT1H30M'],
  }),
  stop: stopSchema.optional(),
  on_interrupt: oneOf(ON_INTERRUPT).optional().meta({
    description: 'What becomes of the job when its worker, Jobyard or the machine dies under it.',
    default: SPEC_DEFAULTS.on_interrupt,
  }),
  log: logSchema.optional(),
}

const jobShape = {
  name: label('a name: text of one line, at most 200 characters', 200)
    .optional()
    .meta({
      description:
        'Shown in lists, and what other jobs of the file name in needs. Unique in its file. Made from the command if missing.',
      examples: ['transcode intro'],
    }),
  command: commandSchema.optional(),
  script: plainText(PATH)
    .optional()
    .meta({
      description:
        'A script to run. Its content is stored when it is queued. Its first line (#!) or its ending says what runs it.',
      examples: ['scripts/backup.sh'],
    }),
  args: z
    .array(argument, { error: PROGRAM_ARGUMENTS })
    .optional()
    .meta({ description: 'Arguments of the script.', examples: [['--fast', 'a.mov']] }),
  module: plainText(PATH)
    .optional()
    .meta({
      description:
        'A JavaScript or TypeScript module whose default export is async (input, job) => result. It runs inside a worker process.',
      examples: ['./thumbnail.mjs'],
    }),
  with: z
    .unknown()
    .optional()
    .meta({
      description: 'The input of the module: anything JSON can say.',
      examples: [{ width: 320 }],
    }),
  ...sharedShape,
  needs: z
    .array(needSchema, { error: 'a list of names of jobs' })
    .optional()
    .meta({
      description: 'Other jobs of this file that have to end first.',
      examples: [['build'], [{ job: 'build', if: 'always' }]],
    }),
}

/** Exactly one of these says what a job runs. */
export const TASK_KEYS = ['command', 'script', 'module'] as const

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

const isMap = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How the rules between keys are said in JSON Schema; `withTaskRules` is their zod side. */
const TASK_RULES = {
  oneOf: TASK_KEYS.map((key) => ({ required: [key] })),
  dependentRequired: { args: ['script'], with: ['module'] },
}

/** Rules between keys. They are looked at whatever else is wrong, so that all faults are told at once. */
function withTaskRules<Schema extends z.ZodType>(schema: Schema): Schema {
  const count = (value: unknown): number => TASK_KEYS.filter((key) => has(value, key)).length
  return schema
    .refine((value) => count(value) !== 0, {
      when: isMap,
      error: 'A job has to say what it runs: one of command, script, module.',
      params: { code: 'MISSING' },
    })
    .refine((value) => count(value) <= 1, {
      when: isMap,
      error: 'A job runs one thing: keep only one of command, script, module.',
      params: { code: 'CONFLICT' },
    })
    .refine((value) => !has(value, 'args') || has(value, 'script'), {
      when: isMap,
      path: ['args'],
      error: 'args belong to a script. A command takes its arguments in its list.',
      params: { code: 'CONFLICT' },
    })
    .refine((value) => !has(value, 'with') || has(value, 'module'), {
      when: isMap,
      path: ['with'],
      error: 'with is the input of a module; there is no module here.',
      params: { code: 'CONFLICT' },
    })
    .meta(TASK_RULES)
}

const A_JOB = 'a job: a map with command, script or module'

const versionSchema = z.literal(1, { error: '1' }).meta({
  description:
    'The version of this format. Required unless the file is named *.job.yaml, *.job.yml or *.job.json.',
})
const schemaRefSchema = z
  .string({ error: 'text' })
  .optional()
  .meta({ description: 'For editors; not read by Jobyard.' })

/** One job of a file of many. */
export const jobEntrySchema = withTaskRules(z.strictObject(jobShape, { error: A_JOB })).meta({
  id: 'job',
  title: 'A job',
  description: 'One job. Exactly one of command, script and module says what it runs.',
})
export type JobEntry = z.output<typeof jobEntrySchema>

/** A file, or a line of JSON Lines, that is one job. */
export const singleJobSchema = withTaskRules(
  z.strictObject(
    { $schema: schemaRefSchema, version: versionSchema.optional(), ...jobShape },
    { error: A_JOB },
  ),
).meta({ title: 'One job', description: 'A file that holds one job.' })

/** What the jobs of a file have in common. A job's own key wins; env is merged variable by variable. */
export const defaultsSchema = z
  .strictObject(sharedShape, { error: 'a map of keys that the jobs share' })
  .meta({
    title: 'Defaults',
    description:
      'Keys for all jobs of the file. What a job says itself wins; env is merged variable by variable.',
  })
export type JobDefaults = z.output<typeof defaultsSchema>

/** The frame of a file of many jobs; its jobs are parsed one by one, so that the good ones are known. */
export const batchFrameSchema = z.strictObject({
  $schema: schemaRefSchema,
  version: versionSchema.optional(),
  defaults: defaultsSchema.optional(),
  jobs: z.array(z.unknown(), { error: 'a list of jobs' }).min(1, { error: 'a list of at least one job' }),
})

/** A file of many jobs. */
const batchSchema = batchFrameSchema
  .extend({
    jobs: z
      .array(jobEntrySchema)
      .min(1)
      .meta({ description: 'The jobs, in the order in which they are queued.' }),
  })
  .meta({ title: 'Many jobs', description: 'A file that holds a list of jobs.' })

/**
 * What a YAML or JSON job file may hold: the source of the published JSON Schema.
 * @internal used by scripts/write-job-file-schema.ts and tests; readers parse the parts one by one
 */
export const jobFileSchema = z.union([batchSchema, singleJobSchema])

/** The keys each map of a job file may have, for "did you mean". */
export const KNOWN_KEYS = {
  job: Object.keys(jobShape),
  single: ['version', ...Object.keys(jobShape)],
  batch: ['version', 'defaults', 'jobs'],
  defaults: Object.keys(sharedShape),
  need: ['job', 'if'],
  retry: Object.keys(retryObjectSchema.shape),
  stop: ['signal', 'grace'],
  log: ['max'],
} as const satisfies Readonly<Record<string, readonly string[]>>
