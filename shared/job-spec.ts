import { z } from 'zod'
import { CAUSES, NEED_CONDITIONS, ON_INTERRUPT } from './job.ts'

/**
 * The normalised job spec: what readers of job files produce, what is stored with the job, what a worker runs.
 * All paths are absolute, all times milliseconds, nothing is left to a default that could change later.
 * (What a person writes in a job file is in `job-file.ts`.)
 */

/** A signal a job can be asked to stop with. */
export const STOP_SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
] as const

/** Causes that a retry policy may list besides a bad end. */
export const RETRYABLE_CAUSES = CAUSES.filter(
  (cause) => cause !== 'dependency' && cause !== 'user' && cause !== 'halt',
)

export const retrySchema = z.strictObject({
  /** Further attempts after the first; 0 = none. */
  limit: z.int().min(0).max(1_000),
  backoff: z.enum(['fixed', 'exponential']),
  interval_ms: z.number().min(0),
  /** No single wait is longer than this. */
  max_ms: z.number().min(0),
  /** 0..1: each wait is shortened or lengthened by up to this share, at random. */
  jitter: z.number().min(0).max(1),
  /** null: every bad exit code is retried; else only these. */
  exit_codes: z.array(z.int()).nullable(),
  /** Retried causes. By default every bad end, but not a lost worker or a crash: those follow `on_interrupt`. */
  causes: z.array(z.enum(RETRYABLE_CAUSES)),
})
export type RetryPolicy = z.infer<typeof retrySchema>

export const DEFAULT_RETRY_CAUSES = [
  'exit',
  'exception',
  'signal',
  'timeout',
  'memory',
  'spawn-error',
] as const

export const stopSchema = z.strictObject({
  signal: z.enum(STOP_SIGNALS),
  /** From the signal to SIGKILL of the whole tree. */
  grace_ms: z.number().min(0),
})
export type StopPolicy = z.infer<typeof stopSchema>

export const memoryLimitSchema = z.strictObject({
  /** Resident memory of the whole process tree. */
  max_bytes: z.int().min(1),
  /** It may be over the limit for less than this long. */
  sustain_ms: z.number().min(0),
})
export type MemoryLimit = Readonly<z.infer<typeof memoryLimitSchema>>

/** What a schedule does when the job before has not ended. */
export const OVERLAPS = ['skip', 'queue', 'all'] as const
/** What it does about times that were missed. */
export const CATCHUPS = ['none', 'one', 'all'] as const

export const scheduleSchema = z.strictObject({
  /** Five fields. */
  cron: z.string().min(1),
  /** IANA. */
  tz: z.string().min(1),
  overlap: z.enum(OVERLAPS),
  catchup: z.enum(CATCHUPS),
})
/** When a job is to be submitted again and again. */
export type Schedule = Readonly<z.infer<typeof scheduleSchema>>

/** How far the life of a job keeps another with the same key from being queued. */
export const UNIQUE_WHILE = ['queued', 'active', 'ever'] as const

const uniqueSchema = z.strictObject({
  key: z.string().min(1),
  /** While the other waits; until it has ended; as long as it is remembered. */
  while: z.enum(UNIQUE_WHILE),
})
export type Unique = Readonly<z.infer<typeof uniqueSchema>>

const finishHookSchema = z.strictObject({
  /** For the shell; fields of the job that has ended stand in braces. */
  command: z.string().min(1),
  if: z.enum(NEED_CONDITIONS),
})
/** What is to be run when the job has ended. */
export type FinishHook = Readonly<z.infer<typeof finishHookSchema>>

const commandTaskSchema = z.strictObject({
  kind: z.literal('command'),
  /** Either `argv` (no shell) or `shell_command` (run by /bin/sh, or cmd.exe on Windows). */
  argv: z.array(z.string()).min(1).nullable(),
  shell_command: z.string().nullable(),
})

const scriptTaskSchema = z.strictObject({
  kind: z.literal('script'),
  /** SHA-256 of the stored content, in hex: names the copy in the data directory. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Where the script was when it was queued. */
  original_path: z.string(),
  /** The program and its arguments that run the script (its path is appended), from the shebang or the ending. */
  interpreter: z.array(z.string()).min(1),
  args: z.array(z.string()),
})

const moduleTaskSchema = z.strictObject({
  kind: z.literal('module'),
  /** Absolute path of a JavaScript or TypeScript module. */
  module: z.string(),
  /** Passed as `input`; any JSON. Not looked into here: it always comes out of JSON text, and checking it costs more than all the rest. */
  with: z.unknown().optional(),
})

export const taskSchema = z.discriminatedUnion('kind', [
  commandTaskSchema,
  scriptTaskSchema,
  moduleTaskSchema,
])
export type Task = z.infer<typeof taskSchema>
export type CommandTask = z.infer<typeof commandTaskSchema>
export type ScriptTask = z.infer<typeof scriptTaskSchema>
export type ModuleTask = z.infer<typeof moduleTaskSchema>

/** What is stored as JSON with the job. Fields that are missing stand for the values in `SPEC_DEFAULTS`. */
export const jobSpecSchema = z.strictObject({
  name: z.string().min(1),
  task: taskSchema,
  /** Absolute, but for one that is filled when the job starts: that counts from the folder of `source`. */
  cwd: z.string(),
  /** Added to the environment of the owner. */
  env: z.record(z.string(), z.string()).optional(),
  group: z.string().min(1).optional(),
  priority: z.int().optional(),
  slots: z.int().min(1).optional(),
  hold: z.boolean().optional(),
  /** Do not start before this long after the submit. */
  delay_ms: z.number().min(0).optional(),
  /** Nor before this time, in epoch milliseconds. */
  at_ms: z.number().optional(),
  /** It is not a job itself, but submits one like it at these times. */
  schedule: scheduleSchema.optional(),
  retry: retrySchema.optional(),
  timeout_ms: z.number().positive().optional(),
  /** In place of `timeout_ms`: of the median of what successful jobs of its name took. */
  timeout_percent: z.number().positive().optional(),
  stop: stopSchema.optional(),
  on_interrupt: z.enum(ON_INTERRUPT).optional(),
  memory: memoryLimitSchema.optional(),
  unique: uniqueSchema.optional(),
  on_finish: finishHookSchema.optional(),
  /** Bytes of output kept for each attempt (half from the start, half from the end). */
  log_max_bytes: z.int().min(0).optional(),
  /** Stands in the task and in env where the number of the slot belongs (`{%}`), which is known when the job starts. */
  slot_mark: z.string().min(1).optional(),
  /** Texts of the task, of env and `cwd` hold `${{ needs… }}`: what needed jobs came to is put there when it starts. */
  fills_needs: z.boolean().optional(),
  /** File, line and column the job came from, for messages and the job page. */
  source: z.strictObject({ file: z.string(), line: z.int().optional() }).optional(),
})
export type JobSpec = z.infer<typeof jobSpecSchema>

export const DEFAULT_GROUP = 'default'
/** Commands that follow the end of a job, or of the queue, are jobs of this group. */
export const HOOKS_GROUP = 'hooks'

export const SPEC_DEFAULTS = {
  group: DEFAULT_GROUP,
  priority: 0,
  slots: 1,
  stop: { signal: 'SIGTERM', grace_ms: 5_000 } satisfies StopPolicy,
  on_interrupt: 'ask',
  log_max_bytes: 16 * 1024 * 1024,
  memory_sustain_ms: 2_000,
  unique_while: 'active',
  on_finish_if: 'always',
  overlap: 'skip',
  catchup: 'one',
} as const

/** A need as the submit takes it: `index` counts the jobs of the submission from 0; `job_id` names one stored before. */
export interface Need {
  readonly on: { readonly index: number } | { readonly job_id: number }
  readonly condition: 'success' | 'failure' | 'always'
  /** How the job names it where it puts its values; missing: it puts none. */
  readonly label?: string
}

export const haltRuleSchema = z.strictObject({
  /** `soon` starts no more of them, `now` stops those that run, too. */
  when: z.enum(['soon', 'now']),
  on: z.enum(['fail', 'success', 'done']),
  /** So many jobs, or so many percent of all. */
  limit: z.int().min(1),
  percent: z.boolean(),
})
/** When the jobs of a sweep are stopped. */
export type HaltRule = Readonly<z.infer<typeof haltRuleSchema>>

/** What the jobs of a sweep that has rules have in common. */
export interface SweepRules {
  /** Tells one sweep of a submission from another. */
  readonly key: number
  readonly name: string
  readonly max_parallel: number | null
  readonly halt: HaltRule | null
}

/** One job on its way into the queue. */
export interface NewJob {
  readonly spec: JobSpec
  readonly needs?: readonly Need[]
  /** The jobs of one sweep stand side by side. */
  readonly sweep?: SweepRules
}
