import { z } from 'zod'
import { inputsSchema, strategySchema } from './job-file-sweep.ts'
import { jobShape, plainCommand, retryObjectSchema, sharedShape, TASK_KEYS } from './job-file-keys.ts'
import { onFinishObjectSchema } from './job-file-finish.ts'
import { limitsObjectSchema, scheduleObjectSchema, uniqueObjectSchema } from './job-file-limits.ts'
import { recipeShape } from './recipe-keys.ts'

/**
 * What a person writes in a job file. The one source of the types, of the validation and of the published JSON Schema
 * (`resources/job-file.schema.json`). Parsing normalises scalars: durations become milliseconds, sizes bytes, the items
 * of a command text. (What is stored is in `job-spec.ts`.)
 *
 * Every `error` here is the phrase for what was expected, of which readers make "Expected <phrase>, found …"; only the
 * rules between keys, which have a problem code in their `params`, are whole sentences.
 */

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

function isKeyOf<Shape extends object>(shape: Shape, key: PropertyKey): key is keyof Shape {
  return Object.hasOwn(shape, key)
}

const isMap = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How the rules between keys are said in JSON Schema; `withTaskRules` is their zod side. */
const TASK_RULES = {
  oneOf: TASK_KEYS.map((key) => ({ required: [key] })),
  dependentRequired: { args: ['script'], with: ['module'] },
}

/** Rules between keys. They are looked at whatever else is wrong, so that all faults are told at once. */
export function withTaskRules<Schema extends z.ZodType>(schema: Schema): Schema {
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
    'The version of this format. Required unless the file is named *.job.yaml, *.job.yml, *.job.json or *.jobyard.',
})
export const schemaRefSchema = z
  .string({ error: 'text' })
  .optional()
  .meta({ description: 'For editors; not read by Jobyard.' })

/** One job of a file of many. */
export const jobEntrySchema = withTaskRules(z.strictObject(jobShape, { error: A_JOB })).meta({
  id: 'job',
  title: 'A job',
  description: 'One job. Exactly one of command, script and module says what it runs.',
})
export type JobEntry = z.output<typeof jobEntrySchema> & {
  /** Of a sweep: keys whose values are known for each of its jobs only, as they are written. */
  readonly row_keys?: Readonly<Record<string, unknown>>
}

const singleShape = { $schema: schemaRefSchema, version: versionSchema.optional(), ...jobShape }
const singleObjectSchema = z.strictObject(singleShape, { error: A_JOB })

/** A file, or a line of JSON Lines, that is one job. */
export const singleJobSchema = withTaskRules(singleObjectSchema).meta({
  title: 'One job',
  description: 'A file that holds one job.',
})

/** A job with some of the keys, without the rules between them. */
export function jobSchemaOfKeys(keys: readonly string[]): z.ZodType<JobEntry> {
  const mask: Partial<Record<keyof typeof singleShape, true>> = {}
  for (const key of Object.keys(singleShape)) {
    if (isKeyOf(singleShape, key) && keys.includes(key)) mask[key] = true
  }
  const schema = singleObjectSchema.pick(mask)
  return mask.command === true ? schema.extend({ command: plainCommand }) : schema
}

/** What the jobs of a file have in common. A job's own key wins; env is merged variable by variable. */
export const defaultsSchema = z
  .strictObject(sharedShape, { error: 'a map of keys that the jobs share' })
  .meta({
    title: 'Defaults',
    description:
      'Keys for all jobs of the file. What a job says itself wins; env is merged variable by variable.',
  })
export type JobDefaults = z.output<typeof defaultsSchema> & {
  /** Keys whose values are known for each job of a sweep only, as they are written. */
  readonly row_keys?: Readonly<Record<string, unknown>>
}

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

/** What is dropped on a recipe are its inputs; and its jobs are one of a kind, queued when they are dropped. */
const NOT_IN_RECIPES: readonly string[] = ['inputs', 'needs', 'schedule']
const inRecipe = (key: string): boolean => !NOT_IN_RECIPES.includes(key)

/** The keys each map of a job file may have, for "did you mean". */
export const KNOWN_KEYS = {
  job: Object.keys(jobShape),
  single: ['version', ...Object.keys(jobShape)],
  batch: ['version', 'defaults', 'jobs'],
  defaults: Object.keys(sharedShape),
  recipe: ['version', ...Object.keys(recipeShape), ...Object.keys(jobShape).filter(inRecipe)],
  need: ['job', 'file', 'id', 'if'],
  retry: Object.keys(retryObjectSchema.shape),
  stop: ['signal', 'grace'],
  on_finish: Object.keys(onFinishObjectSchema.shape),
  log: ['max'],
  limits: Object.keys(limitsObjectSchema.shape),
  unique: Object.keys(uniqueObjectSchema.shape),
  schedule: Object.keys(scheduleObjectSchema.shape),
  strategy: Object.keys(strategySchema.shape),
  inputs: Object.keys(inputsSchema.shape),
} as const satisfies Readonly<Record<string, readonly string[]>>
