import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { JobyardError } from '../../../shared/errors.ts'
import type { ApiServer } from '../../engine/api/api-connection.ts'
import { ApiSockets } from './api-sockets.ts'
import type { HostRules } from './destination.ts'
import { isLoopback, urlHost } from './destination.ts'
import { admit } from './gate.ts'
import type { Page } from './pages.ts'
import { sendPage } from './pages.ts'
import { refuse, refuseUpgrade } from './refusals.ts'
import { answerSession } from './session-endpoint.ts'
import { answerUpload, UPLOAD_PREFIX } from './upload-endpoint.ts'
import type { Uploads } from './uploads.ts'
import { WebSession } from './web-session.ts'

export interface WebHostOptions {
  /** Name or address to listen on; browsers reach it by this name or a loopback one. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** PEM. Without them only a loopback host is served. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null
  /** The built page. */
  readonly renderer_dir: string
  /** What browsers are known by that have shown the token: see `keptSecret`. */
  readonly secret: string
  readonly uploads: Uploads
  readonly api: ApiServer
}

export interface WebHost {
  /** With the token: whoever has it may do everything. */
  readonly url: string
  /** A link that works once, for a place where others may read it: the arguments of a program that opens it. */
  urlOnce(): string
  /** Connections are cut. */
  close(): Promise<void>
}

/** What the parts of the host know of it. */
export interface WebHostParts extends Page {
  readonly session: WebSession
  readonly rules: HostRules
  readonly uploads: Uploads
}

/**
 * Serves the page, and the API to whoever came by the link.
 * @throws JobyardError INVALID_ARGUMENT where the host or the port cannot be listened on, or the network would see it
 *   unencrypted
 */
export async function openWebHost(options: WebHostOptions): Promise<WebHost> {
  const rules = checkedRules(options)
  const session = new WebSession(options.secret)
  const parts: WebHostParts = { rules, session, renderer_dir: options.renderer_dir, uploads: options.uploads }
  const sockets = new ApiSockets(options.api)
  const server = newServer(options)
  // An upload may take as long as it takes; heads of requests still have their time.
  server.requestTimeout = 0
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response, parts).catch((error: unknown) => {
      refuse(request, response, error)
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    const admitted = admit(request, parts, { needs_origin: true, needs_session: true })
    if (pathOf(request) !== '/api') refuseUpgrade(socket, 404)
    else if (admitted.refused !== null) refuseUpgrade(socket, admitted.refused.status)
    else sockets.accept(request, socket, head)
  })
  const port = await listen(server, options)
  const linkWith = (token: string): string =>
    `${rules.secure ? 'https' : 'http'}://${urlHost(rules.name) ?? rules.name}:${port}/#token=${token}`
  return {
    url: linkWith(session.token),
    urlOnce: () => linkWith(session.newTicket()),
    close: () =>
      new Promise((resolve) => {
        sockets.close()
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: WebHostParts,
): Promise<void> {
  const path = pathOf(request)
  if (path === '/session') await answerSession(request, response, parts)
  else if (path.startsWith(UPLOAD_PREFIX)) await answerUpload(path, request, response, parts)
  else await sendPage(path, request, response, parts)
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

function checkedRules({ host, tls }: WebHostOptions): HostRules {
  const name = urlHost(host)
  if (name === null || name === '0.0.0.0' || name === '[::]') {
    throw new JobyardError(
      'INVALID_ARGUMENT',
      `${host} is no host to serve under. Name the address or the name that browsers use, like --host build.example.org.`,
    )
  }
  if (tls === null && !isLoopback(name)) {
    throw new JobyardError(
      'INVALID_ARGUMENT',
      `${host} can be reached from other machines, and nothing would be encrypted. Give --tls-cert and --tls-key, or keep to 127.0.0.1 and use an SSH tunnel.`,
    )
  }
  return { secure: tls !== null, name }
}

function newServer({ tls }: WebHostOptions): Server {
  if (tls === null) return createServer()
  try {
    return createTlsServer({ cert: tls.cert, key: tls.key })
  } catch (error) {
    throw new JobyardError(
      'INVALID_ARGUMENT',
      `The TLS files cannot be used (${error instanceof Error ? error.message : String(error)}). Give a certificate and its key, both PEM.`,
      { cause: error },
    )
  }
}

async function listen(server: Server, { host, port }: WebHostOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(cannotListen(host, port, error))
    })
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): JobyardError {
  const why =
    error.code === 'EADDRINUSE'
      ? `port ${port} of ${host} is in use. Name another with --port`
      : `${host} port ${port} cannot be listened on (${error.message}). Name others with --host and --port`
  return new JobyardError('INVALID_ARGUMENT', `${why}.`, { cause: error })
}
