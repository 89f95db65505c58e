import type { FromOwner } from '../../shared/api-protocol.ts'
import type { Wire } from '../../shared/api-client.ts'
import type { DropSource } from '../../shared/drop.ts'

/** What a transport tells of one connection. */
export interface WireEvents {
  message(message: FromOwner): void
  /** The connection is gone, or could not be had. */
  closed(reason: WireLoss): void
}

/** `no-session`: trying again does not help, a person has to do something. */
export type WireLoss = 'lost' | 'no-session'

export interface OpenedWire extends Wire {
  close(): void
}

/** What only the app on this machine can do. */
export interface DesktopHelp {
  /** Whether this app can be replaced by a newer one. */
  canUpdate(): Promise<boolean>
}

/** How this page reaches its owner, and how files get there: Electron, or a web server. */
export interface Transport {
  readonly kind: 'electron' | 'web'
  /** Opens one connection. Rejects, or tells `closed`, where it cannot be had. */
  open(events: WireEvents): Promise<OpenedWire>
  /** What was dropped on the window; null: nothing that could be a job. Called during the event. */
  sourceOfDrop(data: DataTransfer): Promise<DropSource | null>
  /** Asks the person for files; null: they did not want any. */
  pickFiles(): Promise<DropSource | null>
  /** Files that were opened from outside of the window. */
  onFiles(listener: (source: DropSource) => void): void
  /** null: this page is in a browser. */
  readonly desktop: DesktopHelp | null
}

const TYPES: ReadonlySet<unknown> = new Set(['hello', 'answer', 'snapshot', 'delta', 'job-news'])

/** The owner is of the same build: its messages are trusted to be whole, once they are of a kind we know. */
export function isFromOwner(value: unknown): value is FromOwner {
  return typeof value === 'object' && value !== null && 'type' in value && TYPES.has(value.type)
}
