import type { FromOwner } from '../../../shared/api-protocol.ts'

/** The owner's end of one connection, as a transport gives it: a MessagePort, a WebSocket, or a local socket. */
export interface ApiConnection {
  /** Dropped where the other side is gone. */
  send(message: FromOwner): void
  /** Ends the connection, for a client that breaks the protocol. */
  close(): void
  /**
   * Asked before each call: whether the other side is still who it was when it was let in (Electron: the frame shows our
   * page; web: the session is valid).
   */
  isTrusted(): boolean
  /** Only what was sent as content may be dropped: the other side is a browser that may be on another machine. */
  readonly is_remote: boolean
}

/** What a transport tells. */
export interface ApiPeer {
  /** Anything: it is parsed. */
  receive(message: unknown): void
  /** The other side is gone. */
  closed(): void
}

/** What every host offers on each of its transports. */
export interface ApiServer {
  connect(connection: ApiConnection): ApiPeer
}
