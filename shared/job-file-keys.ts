import { z } from 'zod'
import { MAX_CONCURRENCY, NEED_CONDITIONS, ON_INTERRUPT } from './job.ts'
import {
  argument,
  byteSize,
  duration,
  label,
  MAX_INT32,
  MAX_LIST_ITEMS,
  oneOf,
  plainText,
  timeout,
  wholeNumber,
} from './job-file-values.ts'
import { limitsSchema, scheduleSchema, uniqueSchema } from './job-file-limits.ts'
import { onFinishSchema } from './job-file-finish.ts'
import { inputsSchema, strategySchema } from './job-file-sweep.ts'
import { DEFAULT_RETRY_CAUSES, RETRYABLE_CAUSES, SPEC_DEFAULTS, STOP_SIGNALS } from './job-spec.ts'

/** The keys of a job in a job file. Errors are phrases, as in `job-file-values.ts`. */

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

type Command = z.output<typeof commandSchema>

/**
 * A command as nearly all are written: its texts are taken as they stand. It lets through less than `command` does, and a
 * list costs a fraction, because zod tries the text first and makes an issue of it.
 */
export const plainCommand = z.custom<Command>(isPlainCommand)

function isPlainCommand(value: unknown): value is Command {
  if (typeof value === 'string') return value !== '' && !value.includes('\0')
  if (!Array.isArray(value) || value.length === 0 || value[0] === '') return false
  return (
    value.length <= MAX_LIST_ITEMS &&
    value.every((item: unknown) => typeof item === 'string' && !item.includes('\0'))
  )
}

/** Words of ASCII with one space between them, as most names are. */
const PLAIN_LABEL = /^[!-~]+(?: [!-~]+)*$/
const MAX_NAME_CHARS = 200

/** What a job is that has a command, and a name or none. */
export interface PlainJob {
  readonly name?: string
  readonly command: Command
}

/**
 * Whether it is a job as most are in files of very many, which takes a tenth of the time that the schema takes. It lets
 * through less than the schema does, and nothing that parsing would change.
 */
export function isPlainJob(value: unknown): value is PlainJob {
  if (typeof value !== 'object' || value === null) return false
  let hasCommand = false
  for (const key of Object.keys(value)) {
    if (key === 'command') hasCommand = isPlainCommand(Reflect.get(value, key))
    else if (key !== 'name' || !isPlainName(Reflect.get(value, key))) return false
  }
  return hasCommand
}

function isPlainName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARS && PLAIN_LABEL.test(value)
}

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

const NEED = 'the name of a job, or a map like { job: build, if: success } or { id: 17 }'
const NEED_ID = 'the id of a job: a whole number from 1'

/** `needs`, one of them written out. */
const needObjectSchema = z
  .strictObject({
    job: plainText('the name of a job').optional().meta({
      description: 'The name of another job of this file, or of another file of the same drop.',
    }),
    file: plainText('the path of a file')
      .optional()
      .meta({
        description: 'The file of the same drop that the job is in, counted from the folder of this one.',
        examples: ['prepare.job.yaml'],
      }),
    id: z
      .int({ error: NEED_ID })
      .min(1, { error: NEED_ID })
      .optional()
      .meta({ description: 'The id of a job that was queued before, whether it has ended or not.' }),
    if: oneOf(NEED_CONDITIONS).optional().meta({
      description:
        'success: it has succeeded. failure: it has failed, was cancelled or skipped. always: it has ended in any way.',
      default: 'success',
    }),
  })
  .refine(({ job, id }) => job !== undefined || id !== undefined, {
    error: 'A need has to say which job: by its name as job, or by its number as id.',
    params: { code: 'MISSING' },
  })
  .refine(({ job, file, id }) => id === undefined || (job === undefined && file === undefined), {
    error: 'A job is named by its id, or by its name and file: keep only one of the two.',
    params: { code: 'CONFLICT' },
  })
  .meta({ oneOf: [{ required: ['job'] }, { required: ['id'] }], dependentRequired: { file: ['job'] } })
const needSchema = z.union([plainText(NEED), needObjectSchema], { error: NEED })

const LIMIT = wholeNumber(0, 1_000)
const EXIT_CODE = wholeNumber(1, 2 ** 32 - 1)

/** `retry`, written out. */
export const retryObjectSchema = z.strictObject({
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
export const sharedShape = {
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
  slots: wholeNumber(1, MAX_CONCURRENCY)
    .optional()
    .meta({
      description:
        'How many places of its group and of the pool it takes. One that asks for more than there are takes all of them.',
      default: SPEC_DEFAULTS.slots,
      examples: [4],
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
  timeout: timeout.optional().meta({
    description:
      'An attempt that runs longer is stopped. Time in which it is suspended does not count. A share, like "300%", is one of the median run time of successful jobs of the same name.',
    examples: ['2h', 90, 'PT1H30M', '300%'],
  }),
  stop: stopSchema.optional(),
  on_interrupt: oneOf(ON_INTERRUPT).optional().meta({
    description: 'What becomes of the job when its worker, Jobyard or the machine dies under it.',
    default: SPEC_DEFAULTS.on_interrupt,
  }),
  log: logSchema.optional(),
  limits: limitsSchema.optional(),
  on_finish: onFinishSchema.optional(),
}

/** The keys of a job. */
export const jobShape = {
  name: label(`a name: text of one line, at most ${MAX_NAME_CHARS} characters`, MAX_NAME_CHARS)
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
  strategy: strategySchema
    .meta({
      id: 'strategy',
      description: 'One job for each combination of values; and how many at a time, and when to stop.',
      examples: [{ matrix: { crf: [18, 23] }, 'max-parallel': 2, 'fail-fast': false }],
    })
    .optional(),
  inputs: inputsSchema.optional(),
  ...sharedShape,
  unique: uniqueSchema.optional(),
  schedule: scheduleSchema.optional(),
  needs: z
    .array(needSchema, { error: 'a list of names of jobs' })
    .optional()
    .meta({
      description:
        'Other jobs that have to end first: of this file, of a file of the same drop, or queued before.',
      examples: [
        ['build'],
        [{ job: 'build', if: 'always' }],
        [{ job: 'fetch', file: 'prepare.job.yaml' }],
        [{ id: 17 }],
      ],
    }),
}

/** Exactly one of these says what a job runs. */
export const TASK_KEYS = ['command', 'script', 'module'] as const
