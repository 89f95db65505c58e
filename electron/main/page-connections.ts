import type { IpcMainEvent, MessageChannelMain, MessagePortMain } from 'electron'
import type { MainMessage } from '../../shared/desktop-channels.ts'
import type { ApiServer } from '../engine/api/api-connection.ts'
import { isOwnPage } from './trusted-frame.ts'

export interface PageConnectionsOptions {
  readonly server: ApiServer
  /** Address of the page that may connect. */
  readonly ownUrl: string
  readonly createChannel: () => MessageChannelMain
}

const PORT: MainMessage = 'jobyard:port'

/** Gives each page that asks a port to the API: one a window, the last that was asked for. */
export class PageConnections {
  readonly #options: PageConnectionsOptions
  /** By the id of their web contents. */
  readonly #closers = new Map<number, () => void>()
  #is_open = true

  constructor(options: PageConnectionsOptions) {
    this.#options = options
  }

  /** To be called at once when the message arrives: the frame that sent it can be gone a moment later. */
  connect(event: IpcMainEvent): void {
    const { senderFrame: frame, sender } = event
    const { server, ownUrl, createChannel } = this.#options
    if (!this.#is_open) return
    if (frame === null || !isOwnPage(frame, ownUrl)) {
      console.error('a page that is not ours asked for a port')
      return
    }
    this.#closers.get(sender.id)?.()
    const { port1, port2 } = createChannel()
    const close = this.#serve(port1, (connection) =>
      server.connect({ ...connection, isTrusted: () => isOwnPage(frame, ownUrl), is_remote: false }),
    )
    const drop = (): void => {
      close()
      sender.off('render-process-gone', drop)
      sender.off('destroyed', drop)
      if (this.#closers.get(sender.id) === drop) this.#closers.delete(sender.id)
    }
    this.#closers.set(sender.id, drop)
    // A reload closes the page's end, which closes ours; of a crash and of a closed window we are told besides.
    port1.on('close', drop)
    sender.on('render-process-gone', drop)
    sender.on('destroyed', drop)
    frame.postMessage(PORT, null, [port2])
  }

  /** For good: a page that asks again is not answered. */
  closeAll(): void {
    this.#is_open = false
    for (const close of [...this.#closers.values()]) close()
  }

  /** @returns what closes it from our side; may be called twice */
  #serve(
    port: MessagePortMain,
    open: (
      connection: Pick<Parameters<ApiServer['connect']>[0], 'send' | 'close'>,
    ) => ReturnType<ApiServer['connect']>,
  ): () => void {
    let is_open = true
    const close = (): void => {
      if (!is_open) return
      is_open = false
      port.close()
      peer.closed()
    }
    const peer = open({
      send: (message) => {
        if (is_open) port.postMessage(message)
      },
      close,
    })
    port.on('message', (event) => {
      if (is_open) peer.receive(event.data)
    })
    port.start()
    return close
  }
}
