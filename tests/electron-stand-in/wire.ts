/** What the process of the app and the process of the spec say to each other. Structured clone, by Node's own IPC. */
import { runInThisContext } from 'node:vm'
import { CODEC } from './page/codec.ts'

/** From the app: what its windows are to do. */
export type FromApp =
  | {
      readonly type: 'open-window'
      readonly window_id: number
      readonly preload: string | null
      readonly width: number
      readonly height: number
      readonly granted: readonly string[]
    }
  | { readonly type: 'load'; readonly window_id: number; readonly url: string }
  | { readonly type: 'reload'; readonly window_id: number }
  | { readonly type: 'close-window'; readonly window_id: number }
  | {
      readonly type: 'to-page'
      readonly window_id: number
      readonly frame_id: number
      readonly channel: string
      readonly args: readonly unknown[]
      readonly port_ids: readonly number[]
    }
  | { readonly type: 'port-message'; readonly port_id: number; readonly data: unknown }
  | { readonly type: 'port-close'; readonly port_id: number }
  | { readonly type: 'answer'; readonly question_id: number; readonly answer: Answer }
  | { readonly type: 'unimplemented'; readonly message: string }

export type Answer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** What the spec's side asks; each is answered with `answer`. */
export type Question =
  | { readonly ask: 'evaluate'; readonly source: string; readonly arg: unknown }
  | {
      readonly ask: 'invoke'
      readonly window_id: number
      readonly frame_id: number
      readonly channel: string
      readonly args: readonly unknown[]
    }
  /** `protocol.handle` */
  | {
      readonly ask: 'fetch'
      readonly url: string
      readonly method: string
      readonly headers: Readonly<Record<string, string>>
    }
  /** `webRequest.onHeadersReceived`: what a server of elsewhere sent; null where the app listens to no such address. */
  | { readonly ask: 'headers'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly ask: 'may-navigate'; readonly window_id: number; readonly url: string }
  | { readonly ask: 'may-open'; readonly window_id: number; readonly url: string }

/** From the spec's side: what happened in a page. */
export type FromSpec =
  | ({ readonly type: 'question'; readonly question_id: number } & Question)
  | { readonly type: 'frame'; readonly window_id: number; readonly frame_id: number; readonly url: string }
  | { readonly type: 'frame-gone'; readonly window_id: number; readonly frame_id: number }
  | { readonly type: 'frame-url'; readonly window_id: number; readonly url: string }
  | { readonly type: 'loaded'; readonly window_id: number; readonly error: string | null }
  | { readonly type: 'crashed'; readonly window_id: number }
  /** A person clicks the window's close button. */
  | { readonly type: 'close-button'; readonly window_id: number }
  | {
      readonly type: 'from-page'
      readonly window_id: number
      readonly frame_id: number
      readonly channel: string
      readonly args: readonly unknown[]
    }
  | {
      readonly type: 'preload-error'
      readonly window_id: number
      readonly path: string
      readonly message: string
    }
  | { readonly type: 'port-message'; readonly port_id: number; readonly data: unknown }
  | { readonly type: 'port-closed'; readonly port_id: number }

/** What `protocol.handle` answered. */
export interface FetchedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Values as text, for the way in and out of a page; the same code runs there. */
export interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

export const codec = runInThisContext(CODEC) as Codec

/** What Electron says of values that cannot be cloned. [src shell/common/v8_util.cc; dts 10487] */
const CLONE_ERROR = 'An object could not be cloned.'

/** Structured clone as every message of Electron does it: functions and proxies throw, prototypes are lost. */
export function cloned<T>(value: T): T {
  try {
    return structuredClone(value)
  } catch {
    throw new Error(CLONE_ERROR)
  }
}

/** `app://bundle/x` as Chromium can load it. */
const MAPPED = /^https:\/\/app--([a-z]+)\.invalid(?=\/|$)/

export function toPageUrl(url: string): string {
  return url.replace(/^app:\/\/([a-z]+)(?=\/|$)/, 'https://app--$1.invalid')
}

export function toAppUrl(url: string): string {
  return url.replace(MAPPED, 'app://$1')
}
