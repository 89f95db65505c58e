import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'

const START_TIMEOUT_MS = 5_000
const LOOPBACK = '127.0.0.1'

/** A Redis of our own on a free loopback port, which syncs every write to disk before it answers. */
export class RedisServer {
  readonly port: number
  readonly socket: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number, socket: string) {
    this.#child = child
    this.port = port
    this.socket = socket
  }

  /** Starts `program` with its files in `directory`. Throws when it does not come up. */
  static async start(program: string, directory: string): Promise<RedisServer> {
    const port = await freePort()
    const socket = join(directory, 'redis.sock')
    const settings = {
      bind: LOOPBACK,
      port: String(port),
      unixsocket: socket,
      dir: directory,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      daemonize: 'no',
    }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await untilReady(child)
    return new RedisServer(child, port, socket)
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exit
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.includes('Ready to accept connections')) resolve(undefined)
  })
  child.once('error', reject)
  child.once('exit', () => {
    reject(new Error(`redis-server ended at once:\n${output}`))
  })
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`redis-server was not ready in ${String(START_TIMEOUT_MS)} ms:\n${output}`))
  }, START_TIMEOUT_MS)
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string')
    throw new Error('No free loopback port for redis-server')
  return address.port
}
