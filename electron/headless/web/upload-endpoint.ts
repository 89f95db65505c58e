import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit } from './gate.ts'
import { sendText } from './refusals.ts'
import { parseUploadPath } from './upload-path.ts'
import type { WebHostParts } from './web-host.ts'

export const UPLOAD_PREFIX = '/upload/'

/**
 * `PUT /upload/<uuid>/<relative/path>`, the body being the file: 204 when it is whole on disk. The UUID is the
 * `upload_id` of `drop:preview`.
 * @throws JobyardError NOT_ALLOWED, and what `parseUploadPath` and `Uploads.receive` throw
 */
export async function answerUpload(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  parts: WebHostParts,
): Promise<void> {
  if (request.method !== 'PUT') {
    sendText(response, 405, 'text/plain', 'Method not allowed')
    return
  }
  const { refused } = admit(request, parts, { needs_origin: true, needs_session: true })
  if (refused !== null) throw refused
  const length = request.headers['content-length']
  await parts.uploads.receive(
    parseUploadPath(path.slice(UPLOAD_PREFIX.length)),
    request,
    length === undefined ? null : Number(length),
  )
  response.writeHead(204, { 'cache-control': 'no-store' })
  response.end()
}
