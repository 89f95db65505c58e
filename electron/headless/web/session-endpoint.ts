import type { IncomingMessage, ServerResponse } from 'node:http'
import { JobyardError } from '../../../shared/errors.ts'
import { admit, Refused } from './gate.ts'
import { sendText } from './refusals.ts'
import type { WebHostParts } from './web-host.ts'

const MAX_BODY_BYTES = 4_096

/**
 * `POST /session` with `{"token":…}` gives the cookie: 204, or 403. `GET /session` says whether the browser has it: 204,
 * or 401. (A page is not told why its WebSocket was refused.)
 * @throws JobyardError NOT_ALLOWED, BAD_INPUT
 */
export async function answerSession(
  request: IncomingMessage,
  response: ServerResponse,
  parts: WebHostParts,
): Promise<void> {
  const { method } = request
  if (method !== 'POST' && method !== 'GET' && method !== 'HEAD') {
    sendText(response, 405, 'text/plain', 'Method not allowed')
    return
  }
  const is_login = method === 'POST'
  const { refused, destination } = admit(request, parts, { needs_origin: is_login, needs_session: !is_login })
  if (refused !== null) throw refused
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (is_login) {
    if (!parts.session.isToken(await tokenOf(request)))
      throw new Refused(
        403,
        'This link is not valid any more. Open the one that `jobyard serve` printed last.',
      )
    headers['set-cookie'] = parts.session.cookie(destination.port, parts.rules.secure)
  }
  response.writeHead(204, headers)
  response.end()
}

async function tokenOf(request: IncomingMessage): Promise<string> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  // A form of another site cannot send this type.
  if (type !== 'application/json') throw badBody()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw badBody()
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw badBody()
    chunks.push(chunk)
  }
  const body = parseJson(Buffer.concat(chunks).toString())
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string')
    return body.token
  throw badBody()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function badBody(): JobyardError {
  return new JobyardError('BAD_INPUT', 'A session is asked for with the JSON object {"token": "…"}.')
}
