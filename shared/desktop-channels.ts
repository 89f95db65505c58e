/**
 * The channels between the page of the desktop window (its preload) and the main process. The preload takes the types
 * only. Everything else travels over the port that `jobyard:connect` asks for.
 */
import { z } from 'zod'

/** More than this is no text that a window shows. */
const MAX_TEXT_CHARS = 256 * 1024 * 1024

export const DESKTOP_VIEWS = ['queue', 'history', 'workers', 'settings'] as const
export type DesktopView = (typeof DESKTOP_VIEWS)[number]

/** Sent without an answer. */
export type PageMessage =
  /** Asks for a port; it comes as `jobyard:port`. */
  'jobyard:connect'

/** What the page asks, and is answered with an `Answer`. Inputs are checked where they arrive. */
export const pageVerbSchemas = {
  /** A dialog; the paths a person picked. */
  'jobyard:pick-files': z.undefined(),
  /** The paths the app was opened with and that no page has taken yet. */
  'jobyard:take-files': z.undefined(),
  /** Whether this app can be replaced by a newer one. */
  'jobyard:can-update': z.undefined(),
  /** A dialog; the path it was saved to, or null. */
  'jobyard:save-text': z.strictObject({
    name: z.string().min(1).max(200),
    text: z.string().max(MAX_TEXT_CHARS),
  }),
} as const

interface PageVerbOutputs {
  'jobyard:pick-files': readonly string[]
  'jobyard:take-files': readonly string[]
  'jobyard:can-update': boolean
  'jobyard:save-text': string | null
}

export type PageVerb = keyof typeof pageVerbSchemas
export type PageVerbInput<K extends PageVerb> = z.infer<(typeof pageVerbSchemas)[K]>
export type PageVerbOutput<K extends PageVerb> = PageVerbOutputs[K]

/** What a second start of the app hands to the first. */
export const startDataSchema = z.object({ files: z.array(z.string().min(1)) })

/** What the main process sends to the page. */
export type MainMessage =
  | 'jobyard:port'
  | /** There are files to take. */ 'jobyard:files'
  | /** Show a `DesktopView`. */ 'jobyard:show'

/** An error thrown over `ipcRenderer.invoke` would keep nothing but its message. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string }
