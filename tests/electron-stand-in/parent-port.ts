/**
 * Preloaded into the children that stand in for utility processes: gives them `process.parentPort`, and takes from them what
 * `child_process.fork` gave. [dts 11482: ParentPort]
 */
import { EventEmitter } from 'node:events'
import { writeSync } from 'node:fs'
import { serialize } from 'node:v8'

const PORT_FD = 4

class ParentPort extends EventEmitter {
  readonly #waiting: unknown[] = []

  constructor() {
    super()
    process.on('message', (value: { readonly message: unknown }) => {
      this.#waiting.push(value.message)
      this.#deliver()
    })
    this.on('newListener', (event) => {
      // Messages wait for the first listener. [src lib/utility/init.ts]
      if (event === 'message')
        setImmediate(() => {
          this.#deliver()
        })
    })
  }

  /** Takes no ports. [dts 11482] */
  postMessage(message: unknown): void {
    const body = serialize(structuredClone(message))
    const frame = Buffer.allocUnsafe(4 + body.length)
    frame.writeUInt32LE(body.length, 0)
    body.copy(frame, 4)
    try {
      for (let at = 0; at < frame.length;) at += writeSync(PORT_FD, frame, at)
    } catch {
      // [facts A7] what is posted to a process that is gone is dropped.
    }
  }

  #deliver(): void {
    if (this.listenerCount('message') === 0) return
    for (const data of this.#waiting.splice(0)) this.emit('message', { data, ports: [] })
  }
}

process.on('disconnect', () => {
  // Chromium ends its children when their owner is gone.
  process.kill(process.pid, 'SIGKILL')
})
Object.assign(process, { parentPort: new ParentPort(), type: 'utility' })
for (const name of ['send', 'disconnect', 'connected']) Reflect.deleteProperty(process, name)

// Alive until it is told otherwise, also with nothing to do. [#47228]
setInterval(() => undefined, 2 ** 30)

// [doc breaking-changes 37] An unhandled rejection is a warning, and the process lives on.
process.on('unhandledRejection', (reason) => {
  if (process.listenerCount('unhandledRejection') === 1)
    process.emitWarning(String(reason), 'UnhandledPromiseRejectionWarning')
})
