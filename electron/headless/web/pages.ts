import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findRendererFile } from '../../engine/api/renderer-files.ts'
import type { HostRules } from './destination.ts'
import { admit } from './gate.ts'
import { sendText } from './refusals.ts'
import type { WebSession } from './web-session.ts'

export interface Page {
  readonly renderer_dir: string
  readonly rules: HostRules
  readonly session: WebSession
}

/** Their names change with their content. */
const ASSETS_PREFIX = '/assets/'
const A_YEAR_S = 31_536_000

/** Sends a file of the page; it holds no secrets, so nobody needs a session for it. */
export async function sendPage(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  page: Page,
): Promise<void> {
  const { refused } = admit(request, page, { needs_origin: false, needs_session: false })
  if (refused !== null) {
    sendText(response, refused.status, 'text/plain; charset=utf-8', `${refused.message}\n`)
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendText(response, 405, 'text/plain', 'Method not allowed\n')
    return
  }
  const file = findRendererFile(page.renderer_dir, path === '/' ? '/index.html' : path)
  const body = file === null ? null : await contentOf(file.path)
  if (file === null || body === null) {
    sendText(response, 404, 'text/plain; charset=utf-8', 'There is nothing here.\n')
    return
  }
  response.writeHead(200, {
    ...file.headers,
    'content-length': body.length,
    'cache-control': path.startsWith(ASSETS_PREFIX) ? `private, max-age=${A_YEAR_S}, immutable` : 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function contentOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch {
    return null
  }
}
