/** `MessageChannelMain`: ports that stay in the app, or go to a page. [dts 10459; doc message-port-main] */
import { EventEmitter } from 'node:events'
import { onSpec, tellSpec } from './spec-link.ts'
import { unimplemented } from './strict.ts'
import { cloned } from './wire.ts'

const ports = new Map<number, MessagePortMain>()
let last_id = 0

onSpec('port-message', ({ port_id, data }) => {
  ports.get(port_id)?.receive(data)
})
onSpec('port-closed', ({ port_id }) => {
  ports.get(port_id)?.disconnected()
  ports.delete(port_id)
})

/** An emitter, not an EventTarget: it has no `onmessage`, and nothing comes before `start`. [facts A7] */
export class MessagePortMain extends EventEmitter {
  #peer: MessagePortMain | null = null
  /** The page's end has this number; null: the other end is here. */
  #port_id: number | null = null
  #is_started = false
  #is_open = true
  #is_transferred = false
  readonly #waiting: unknown[] = []

  static pair(): [MessagePortMain, MessagePortMain] {
    const [a, b] = [new MessagePortMain(), new MessagePortMain()]
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  postMessage(message: unknown, transfer?: readonly unknown[]): void {
    if (transfer !== undefined && transfer.length > 0) throw unimplemented('transfer over a port')
    const copy = cloned(message)
    // [facts A7] to a closed port: dropped.
    if (!this.#is_open || this.#is_transferred) return
    if (this.#port_id !== null) tellSpec({ type: 'port-message', port_id: this.#port_id, data: copy })
    else this.#peer?.receive(copy)
  }

  start(): void {
    this.#is_started = true
    for (const data of this.#waiting.splice(0)) this.#deliver(data)
  }

  close(): void {
    if (!this.#is_open) return
    this.#is_open = false
    if (this.#port_id === null) this.#peer?.disconnected()
    else {
      tellSpec({ type: 'port-close', port_id: this.#port_id })
      ports.delete(this.#port_id)
    }
  }

  /** Takes this end to a page: the other end then talks to it. @returns its number there */
  transferToPage(): number {
    if (this.#is_transferred) throw new Error('A port can be transferred once')
    this.#is_transferred = true
    last_id += 1
    const peer = this.#peer
    if (peer === null) throw new Error('A port without another end cannot be transferred')
    peer.#port_id = last_id
    ports.set(last_id, peer)
    return last_id
  }

  receive(data: unknown): void {
    if (!this.#is_open) return
    if (this.#is_started) this.#deliver(data)
    else this.#waiting.push(data)
  }

  /** [dts 10464] "Emitted when the remote end of a MessagePortMain object becomes disconnected." */
  disconnected(): void {
    if (!this.#is_open) return
    this.#is_open = false
    setImmediate(() => this.emit('close'))
  }

  #deliver(data: unknown): void {
    setImmediate(() => {
      if (this.#is_open) this.emit('message', { data, ports: [] })
    })
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const [port1, port2] = MessagePortMain.pair()
    this.port1 = port1
    this.port2 = port2
  }
}
