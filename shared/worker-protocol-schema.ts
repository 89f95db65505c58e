/** How an owner parses what comes from a worker; apart from the types, because a worker starts faster without zod. */
import { z } from 'zod'
import { ERROR_CODES } from './errors.ts'
import { isReturnRow } from './worker-wire.ts'
import type { ReturnRow } from './worker-wire.ts'

const id = z.int()
const at = z.number()
const errorSchema = z.strictObject({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).exactOptional(),
})

const outcomeSchema = z.strictObject({
  cause: z.enum(['exit', 'exception', 'signal', 'spawn-error']),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  error: errorSchema.nullable(),
  stopped: z.boolean(),
  result: z
    .union([z.strictObject({ json: z.string() }), z.strictObject({ file: z.string(), bytes: z.int() })])
    .nullable(),
  log: z.strictObject({ stdout_bytes: z.int(), stderr_bytes: z.int(), cut_bytes: z.int() }).nullable(),
})

const wireEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('started'),
    attempt_id: id,
    at_ms: at,
    pid: z.int().nullable(),
    process_start: z.string().nullable(),
  }),
  z.strictObject({
    type: z.literal('progress'),
    attempt_id: id,
    progress: z.number().nullable(),
    message: z.string().nullable(),
  }),
  z.strictObject({ type: z.literal('over-memory'), attempt_id: id, memory_bytes: z.number() }),
  z.strictObject({ type: z.literal('output'), attempt_id: id, file_bytes: z.number() }),
  z.strictObject({ type: z.enum(['suspended', 'resumed']), attempt_id: id, at_ms: at }),
  z.strictObject({
    type: z.literal('refused'),
    attempt_id: id,
    verb: z.enum(['suspend', 'resume']),
    error: errorSchema,
  }),
  z.strictObject({ type: z.literal('ended'), attempt_id: id, at_ms: at, outcome: outcomeSchema }),
  z.strictObject({ type: z.literal('recalled'), recall_id: z.int(), attempt_ids: z.array(id) }),
  z.strictObject({
    type: z.literal('returned'),
    rows: z.custom<ReturnRow[]>((rows) => Array.isArray(rows) && rows.every(isReturnRow)),
  }),
])

/** What comes from a worker process, packed (worker-wire.ts); a module job shares that process and might send anything. */
export const fromWorkerWireSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), pid: z.int() }),
  z.strictObject({ type: z.literal('init-failed'), error: errorSchema }),
  z.strictObject({ type: z.literal('events'), events: z.array(wireEventSchema) }),
])
