/**
 * Everything a window, a browser or the command line can ask an owner for. Inputs are schemas, because they are checked
 * where they arrive; outputs are types. Handlers (`Handlers`) and client (`ApiClient`) derive from these two tables, so
 * that a missing or an extra member fails to compile.
 */
import { z } from 'zod'
import type { DropPreview, Submitted } from './drop.ts'
import { dropSourceSchema, dropSubmitSchema } from './drop.ts'
import type { HistoryStats } from './history-stats.ts'
import { MAX_CONCURRENCY } from './job.ts'
import { jobSpecSchema } from './job-spec.ts'
import type { JobPage } from './listing.ts'
import { jobListSchema, MAX_PAGE_JOBS } from './listing.ts'
import type { LogStream } from './log-format.ts'
import { jobFilterSchema, selectionSchema } from './selection.ts'
import type { RecipeInfo, RecipeSaved, RecipeText } from './recipe.ts'
import { recipeRefSchema, recipeSaveSchema } from './recipe.ts'
import type { Settings } from './settings.ts'
import { settingsChangeSchema } from './settings.ts'
import type { ActionOutcome, Group, HistoryJob, JobDetails, PoolStatus, ScheduleStatus } from './status.ts'
import { watchAddSchema } from './watch.ts'
import { WHEN_DONE } from './when-done.ts'
import type { WhenDoneStatus } from './when-done.ts'
import type { WatchStatus } from './watch.ts'

const nothing = z.strictObject({})
const jobId = z.int().positive()
const recipeName = z.string().min(1).max(200)

/** Verbs on a selection of jobs. `cancel-now`: without a grace. */
export const JOB_VERBS = [
  'cancel',
  'cancel-now',
  'hold',
  'release',
  'retry',
  'requeue',
  'fail',
  'suspend',
  'resume',
  'clear',
] as const
export type JobVerb = (typeof JOB_VERBS)[number]

export const EXPORT_FORMATS = ['json', 'jsonl', 'csv', 'joblog'] as const

/** Where moved jobs go, within the group of the target: they take its priority too. */
const moveTargetSchema = z.union([
  z.strictObject({ to: z.enum(['top', 'bottom']) }),
  z.strictObject({ to: z.enum(['before', 'after']), job_id: jobId }),
])

/** Most characters of output in one answer. */
export const MAX_LOG_BYTES = 256 * 1024

export const inputSchemas = {
  /** Claims begin, unless the pool was paused. */
  'pool:start': nothing,
  'pool:pause': nothing,
  'pool:resume': nothing,
  /** Answered when it has begun to drain; that it has stopped is pushed. `now`: running jobs are stopped. */
  'pool:stop': z.strictObject({ now: z.boolean() }),
  'pool:set-concurrency': z.strictObject({ concurrency: z.int().min(1).max(MAX_CONCURRENCY) }),
  /** Creates the group where it is not there; fields that are missing stay. */
  'group:set': z.strictObject({
    name: z.string().min(1).max(200),
    parallel_limit: z.int().min(1).max(MAX_CONCURRENCY).nullable().exactOptional(),
    paused: z.boolean().exactOptional(),
  }),
  /** The worker ends after what it runs, and is replaced. */
  'worker:recycle': z.strictObject({ worker_id: z.int() }),
  'workers:usage': nothing,
  'jobs:list': jobListSchema,
  /** The jobs with these ids that are there, in this order. */
  'jobs:rows': z.strictObject({ ids: z.array(jobId).max(MAX_PAGE_JOBS) }),
  /** How many match. Counted up to a bound: `more` says that there are more. */
  'jobs:count': z.strictObject({ filter: jobFilterSchema }),
  'jobs:act': z.strictObject({ verb: z.enum(JOB_VERBS), selection: selectionSchema }),
  'jobs:move': z.strictObject({ selection: selectionSchema, target: moveTargetSchema }),
  /** Changes waiting jobs. `spec` is the whole new spec. */
  'jobs:edit': z.strictObject({
    selection: selectionSchema,
    spec: jobSpecSchema.exactOptional(),
    group: z.string().min(1).max(200).exactOptional(),
    priority: z.int().exactOptional(),
    /** So much more or less than each has; not looked at beside `priority`. */
    priority_by: z.int().exactOptional(),
  }),
  'jobs:prune': z.strictObject({ older_than_ms: z.number().min(0) }),
  'jobs:undo': z.strictObject({ action_ids: z.array(z.int()).min(1) }),
  /** Jobs that printed this text, newest first. Ends early where it takes long: `next` then goes on. */
  'jobs:search-output': z.strictObject({
    filter: jobFilterSchema,
    text: z.string().min(1).max(1_000),
    limit: z.int().min(1).max(MAX_PAGE_JOBS),
    before_id: jobId.nullable(),
  }),
  /** A piece of an export; `next` asks for the one behind it. */
  'jobs:export': z.strictObject({
    filter: jobFilterSchema,
    format: z.enum(EXPORT_FORMATS),
    export_id: z.string().nullable(),
  }),
  'job:show': z.strictObject({ job_id: jobId }),
  /** What an attempt printed, from a place on. */
  'job:log': z.strictObject({
    attempt_id: jobId,
    /** `next` of the piece before; null: from the start. */
    from: z.string().nullable(),
    max_bytes: z.int().min(1).max(MAX_LOG_BYTES),
  }),
  /** `recipe`: what was dropped is data for it. */
  'drop:preview': z.strictObject({
    source: dropSourceSchema,
    recursive: z.boolean(),
    recipe: recipeRefSchema.exactOptional(),
  }),
  'drop:submit': dropSubmitSchema,
  'drop:discard': z.strictObject({ drop_id: z.string() }),
  /** What submits jobs again and again, the next first. */
  'schedules:list': nothing,
  /** The jobs that they have submitted stay. */
  'schedules:remove': z.strictObject({ ids: z.array(jobId).min(1).max(10_000) }),
  /** All recipes of the data directory, those with faults too. */
  'recipes:list': nothing,
  'recipes:text': z.strictObject({ name: recipeName }),
  'recipes:save': recipeSaveSchema,
  /** What is answered, saved again, undoes it. */
  'recipes:remove': z.strictObject({ name: recipeName }),
  /** A recipe that does what a job does, not saved; `hole`: the text of the job in whose place the file is to stand. */
  'recipes:draft': z.strictObject({ job_id: jobId, hole: z.string().max(10_000).nullable() }),
  'when-done:get': nothing,
  /** `nothing` takes it back. */
  'when-done:set': z.strictObject({ choice: z.enum(WHEN_DONE) }),
  /** The countdown is not waited for. */
  'when-done:now': nothing,
  'watches:list': nothing,
  /** The same folder and recipe again changes the watch that is there. */
  'watches:add': watchAddSchema,
  'watches:set': z.strictObject({ id: z.int().min(1), enabled: z.boolean() }),
  /** The jobs that came of them stay. */
  'watches:remove': z.strictObject({ ids: z.array(z.int().min(1)).min(1).max(10_000) }),
  'settings:get': nothing,
  'settings:set': settingsChangeSchema,
  /** Of the jobs that match and ended between the two times. */
  'history:stats': z.strictObject({
    filter: jobFilterSchema.exactOptional(),
    from_ms: z.int(),
    to_ms: z.int(),
    buckets: z.int().min(1).max(500),
  }),
} as const satisfies Record<keyof Outputs, z.ZodType>

export type EndpointName = keyof typeof inputSchemas

export interface Outputs {
  'pool:start': PoolStatus
  'pool:pause': PoolStatus
  'pool:resume': PoolStatus
  'pool:stop': PoolStatus
  'pool:set-concurrency': PoolStatus
  'group:set': Group
  'worker:recycle': null
  'workers:usage': readonly WorkerUsage[]
  'jobs:list': JobPage
  'jobs:rows': readonly HistoryJob[]
  'jobs:count': { readonly count: number; readonly more: boolean }
  'jobs:act': ActionOutcome
  'jobs:move': ActionOutcome
  'jobs:edit': ActionOutcome
  'jobs:prune': ActionOutcome
  'jobs:undo': ActionOutcome
  'jobs:search-output': OutputMatches
  'jobs:export': { readonly text: string; readonly export_id: string | null }
  'job:show': JobDetails | null
  'job:log': LogPiece
  'drop:preview': DropPreview
  'drop:submit': Submitted
  'drop:discard': null
  'schedules:list': readonly ScheduleStatus[]
  /** How many of them there were. */
  'schedules:remove': { readonly count: number }
  'recipes:list': readonly RecipeInfo[]
  'recipes:text': RecipeText
  'recipes:save': RecipeSaved
  'recipes:remove': RecipeText
  'recipes:draft': { readonly text: string }
  'when-done:get': WhenDoneStatus
  'when-done:set': WhenDoneStatus
  /** False: there was no countdown. */
  'when-done:now': { readonly done: boolean }
  'watches:list': readonly WatchStatus[]
  'watches:add': { readonly id: number }
  /** How many of them there were. */
  'watches:set': { readonly count: number }
  'watches:remove': { readonly count: number }
  'settings:get': Settings
  'settings:set': Settings
  'history:stats': HistoryStats
}

/** What a worker's process uses, with all it has started. */
export interface WorkerUsage {
  readonly worker_id: number
  /** Processor time used so far, milliseconds: differences between two looks are a share of time. */
  readonly cpu_ms: number
  readonly memory_bytes: number
}

export interface OutputMatches {
  readonly matches: readonly {
    readonly job: HistoryJob
    readonly attempt_id: number
    /** The line that holds the text, shortened. */
    readonly line: string
  }[]
  /** Where to go on; null: all was searched. */
  readonly next: number | null
}

export interface LogPiece {
  /** In order. Bytes that are no UTF-8 show as U+FFFD. */
  readonly chunks: readonly { readonly stream: LogStream; readonly at_ms: number; readonly text: string }[]
  readonly next: string
  /** Nothing more is there now. */
  readonly at_end: boolean
}

export type InputOf<K extends EndpointName> = z.infer<(typeof inputSchemas)[K]>
export type OutputOf<K extends EndpointName> = Outputs[K]

/** What the owner's side implements. */
export type Handlers = {
  readonly [K in EndpointName]: (input: InputOf<K>, call: CallContext) => Promise<OutputOf<K>>
}

/** What the owner's side needs of an AbortSignal: handlers that take long ask between their steps. */
export interface AbortFlag {
  readonly aborted: boolean
}

/** What the caller's side needs of an AbortSignal. */
export interface AbortEvents extends AbortFlag {
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void
}

/** What is known of the call beside its input. */
export interface CallContext {
  /** Aborted when the caller has gone or does not want the answer any more. */
  readonly signal: AbortFlag
  /** Only files that were sent as content may be dropped: the caller is a browser, not a program of this machine. */
  readonly is_remote: boolean
}

/**
 * What the other side calls: `api('jobs:list', { … })`.
 * @throws JobyardError with the code of the owner's side
 */
export type ApiClient = <K extends EndpointName>(
  name: K,
  input: InputOf<K>,
  signal?: AbortEvents,
) => Promise<OutputOf<K>>

export function isEndpointName(name: string): name is EndpointName {
  return Object.hasOwn(inputSchemas, name)
}
