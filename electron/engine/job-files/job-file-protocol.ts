import { z } from 'zod'
import { ERROR_CODES } from '../../../shared/errors.ts'
import type { SerialisedError } from '../../../shared/errors.ts'
import type { WrittenColumns } from '../store/written-columns.ts'
import type { JobFilesRead } from './read-drop.ts'

/** What the owner tells the reading thread to read. */
const readOrderSchema = z.strictObject({
  paths: z.array(z.string()),
  cwd: z.string(),
  recursive: z.boolean(),
  script_dir: z.string().nullable(),
  wanted: z.int().exactOptional(),
  recipe: z.strictObject({ file: z.string(), root: z.string().exactOptional() }).exactOptional(),
  /** Of the owner: job files may use it, the thread itself has none. */
  env: z.record(z.string(), z.string().optional()),
})
export type ReadOrder = z.infer<typeof readOrderSchema>

/**
 * What the thread says. Each `jobs` is answered by `taken` when the consumer has room for more, each `find` by `found`:
 * those of the ids that are jobs.
 */
export type FromJobFileThread =
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'jobs'; readonly jobs: WrittenColumns }
  | { readonly type: 'find'; readonly ids: readonly number[] }
  | { readonly type: 'done'; readonly read: JobFilesRead }
  | { readonly type: 'failed'; readonly error: SerialisedError }

/** What the owner says: an order, and answers until that is carried out. */
export const toJobFileThreadSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('read'), order: readOrderSchema }),
  z.strictObject({ type: z.literal('taken') }),
  z.strictObject({ type: z.literal('found'), ids: z.array(z.int()) }),
])
export type ToJobFileThread = z.infer<typeof toJobFileThreadSchema>

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** The frame only: the jobs come from our own code, which has just parsed them. */
export const fromJobFileThreadSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file'), file: z.string() }),
  z.strictObject({ type: z.literal('jobs'), jobs: z.custom<WrittenColumns>(isObject) }),
  z.strictObject({ type: z.literal('find'), ids: z.array(z.int()) }),
  z.strictObject({ type: z.literal('done'), read: z.custom<JobFilesRead>(isObject) }),
  z.strictObject({
    type: z.literal('failed'),
    error: z.strictObject({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).exactOptional(),
    }),
  }),
]) satisfies z.ZodType<FromJobFileThread>
