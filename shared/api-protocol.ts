/**
 * What travels between a client and an owner, whatever carries it: a MessagePort (Electron), a WebSocket (browser) or
 * lines on the local socket (command line). Plain JSON values.
 */
import { z } from 'zod'
import type { SerialisedError } from './errors.ts'
import type { JobNews, YardDelta, YardSnapshot } from './yard.ts'

export const API_VERSION = 1

/** Unacknowledged pushes a client may have: one under way while it works on the one before. */
export const PUSH_CREDIT = 2
/** Deltas come at most so often: once a frame. */
export const DELTA_INTERVAL_MS = 16

export const toOwnerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), call_id: z.int(), name: z.string(), input: z.unknown() }),
  /** The answer is not wanted any more. */
  z.strictObject({ type: z.literal('abandon'), call_id: z.int() }),
  /** From now on: a snapshot, then deltas. Asked again (after a gap), it begins anew. */
  z.strictObject({ type: z.literal('watch') }),
  /** One push was worked on: the owner may send another. */
  z.strictObject({ type: z.literal('ack'), seq: z.int() }),
  /** Send news of this job, too; null: of none. */
  z.strictObject({ type: z.literal('open-job'), job_id: z.int().positive().nullable() }),
])
export type ToOwner = z.infer<typeof toOwnerSchema>

export type FromOwner =
  | { readonly type: 'hello'; readonly api_version: number; readonly version: string }
  | { readonly type: 'answer'; readonly call_id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly call_id: number; readonly ok: false; readonly error: SerialisedError }
  /** `seq` counts from 0 from each `snapshot` on; a gap means that something was lost: watch anew. */
  | { readonly type: 'snapshot'; readonly seq: number; readonly yard: YardSnapshot }
  | { readonly type: 'delta'; readonly seq: number; readonly yard: YardDelta }
  | { readonly type: 'job-news'; readonly seq: number; readonly news: JobNews }

const FROM_OWNER: ReadonlySet<unknown> = new Set<FromOwner['type']>([
  'hello',
  'answer',
  'snapshot',
  'delta',
  'job-news',
])

/** The owner is a Jobyard of the same user and version: its messages are trusted to be whole, once they are of a kind we know. */
export function isFromOwner(message: unknown): message is FromOwner {
  return typeof message === 'object' && message !== null && 'type' in message && FROM_OWNER.has(message.type)
}
