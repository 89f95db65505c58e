import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../../../shared/errors.ts'
import { JobyardError, serialiseError } from '../../../shared/errors.ts'
import { Refused } from './gate.ts'
import { TooLarge } from './uploads.ts'

const STATUS_OF: Partial<Record<ErrorCode, number>> = { BAD_INPUT: 400, WRONG_STATE: 409, STORE_FAILED: 507 }

/** Answers with an error: its code and message as JSON, `{"code":…,"message":…}`. */
export function refuse(request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const error = told(thrown)
  sendText(response, statusOf(error), 'application/json', JSON.stringify(serialiseError(error)))
  // What was not read yet would keep the connection from its next request.
  request.resume()
}

/** Answers with a few words for a person. */
export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text)
  response.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}

function statusOf(error: JobyardError): number {
  if (error instanceof Refused) return error.status
  if (error instanceof TooLarge) return 413
  return STATUS_OF[error.code] ?? 500
}

/** What the file system says stays here: it may name files of this machine. */
function told(thrown: unknown): JobyardError {
  if (thrown instanceof JobyardError) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new JobyardError('STORE_FAILED', 'The disk of the data directory is full. Free some space.')
    : new JobyardError('INTERNAL', 'The host could not do this.', { cause: thrown })
}
