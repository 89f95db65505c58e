import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { z } from 'zod'

const addressSchema = z.object({ port: z.int() })

/** What `ssh -L` makes: a port of this machine that leads to another, and may break. */
export class Tunnel {
  readonly #server = createServer()
  readonly #sockets = new Set<Socket>()
  #is_cut = false
  port = 0

  /** @param to the port it leads to */
  static async open(to: number): Promise<Tunnel> {
    const tunnel = new Tunnel()
    tunnel.#server.on('connection', (near) => {
      if (tunnel.#is_cut) {
        near.destroy()
        return
      }
      const far = connect(to, '127.0.0.1')
      for (const socket of [near, far]) {
        tunnel.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.once('close', () => {
          tunnel.#sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far)
      far.pipe(near)
    })
    tunnel.#server.listen(0, '127.0.0.1')
    await once(tunnel.#server, 'listening')
    tunnel.port = addressSchema.parse(tunnel.#server.address()).port
    return tunnel
  }

  /** Everything that goes through it breaks, and nothing goes through any more. */
  cut(): void {
    this.#is_cut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#is_cut = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
