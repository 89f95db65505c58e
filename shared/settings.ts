import { z } from 'zod'
import { NEED_CONDITIONS } from './job.ts'

const hookCommand = z.string().max(10_000)

/** Settings of a data directory, kept in it; whoever opens it finds them. (How it looks is the window's own business.) */
export const settingsSchema = z.strictObject({
  /** FULL: what was accepted survives a power cut. NORMAL: the last moments before one may be lost; a few percent faster. */
  synchronous: z.enum(['FULL', 'NORMAL']),
  /** Ended jobs older than this are pruned; null: never. */
  retention_ms: z.number().positive().nullable(),
  notify_failed: z.boolean(),
  notify_idle: z.boolean(),
  /** Keep the machine from sleeping while jobs run. */
  prevent_sleep: z.boolean(),
  /** Look once a day whether there is a newer Jobyard: the only thing the app uses the network for by itself. */
  check_updates: z.boolean(),
  /** A command for the shell, queued after each job that ended so; '': none. */
  after_job: z.strictObject({ command: hookCommand, if: z.enum(NEED_CONDITIONS) }),
  /** A command for the shell, queued when nothing is left that can run; '': none. */
  after_queue: hookCommand,
  /** Folders whose job files are queued without asking. */
  trusted_folders: z.array(z.string()),
})
export type Settings = Readonly<z.infer<typeof settingsSchema>>

const { shape } = settingsSchema
/** Some of them; missing ones stay as they are. */
export const settingsChangeSchema = z.strictObject({
  synchronous: shape.synchronous.exactOptional(),
  retention_ms: shape.retention_ms.exactOptional(),
  notify_failed: shape.notify_failed.exactOptional(),
  notify_idle: shape.notify_idle.exactOptional(),
  prevent_sleep: shape.prevent_sleep.exactOptional(),
  check_updates: shape.check_updates.exactOptional(),
  after_job: shape.after_job.exactOptional(),
  after_queue: shape.after_queue.exactOptional(),
  trusted_folders: shape.trusted_folders.exactOptional(),
})
export type SettingsChange = Readonly<z.infer<typeof settingsChangeSchema>>

export const DEFAULT_SETTINGS: Settings = {
  synchronous: 'FULL',
  retention_ms: null,
  notify_failed: true,
  notify_idle: true,
  prevent_sleep: true,
  check_updates: false,
  after_job: { command: '', if: 'always' },
  after_queue: '',
  trusted_folders: [],
}
