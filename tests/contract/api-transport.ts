import type { ApiServer } from '../../electron/engine/api/api-connection.ts'
import type { FromOwner, ToOwner } from '../../shared/api-protocol.ts'

/** What a test says to the owner: also what a client of ours would never send. */
export type Said = ToOwner | Readonly<Record<string, unknown>>

/** The client's end of one connection. */
export interface ClientWire {
  send(message: Said): void
  /** Stops reading, as a page does that hangs. */
  pause(): void
  resume(): void
  close(): void
}

/** What such an end tells. */
export interface WireEvents {
  message(message: FromOwner): void
  /** The connection is over, from whichever side. */
  closed(): void
}

/** A transport that serves an API: what a host does. */
export interface OpenedTransport {
  connect(events: WireEvents): Promise<ClientWire>
  /** The host ends. */
  close(): Promise<void>
}

/** A kind of transport under test. */
export interface ApiTransport {
  readonly name: string
  /** What may be dropped from there: only content, or also paths. */
  readonly is_remote: boolean
  /** @param folder of its own: no other transport is open there */
  open(folder: string, api: ApiServer): Promise<OpenedTransport>
}
