import { readFile } from 'node:fs/promises'
import { findRendererFile } from '../engine/api/renderer-files.ts'

const HOST = 'bundle'

/** The scheme the built page is served by. `file:` would give it rights over every file of the machine. */
export const appScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
}

/** The address of the built page. What it stores belongs to this origin, so it must never change. */
export const indexUrl = `${appScheme.scheme}://${HOST}/index.html`

/**
 * Serves the files of `directory` under `app://bundle/`, each with the content security policy; anything else is
 * refused with 404.
 */
export function createAppProtocolHandler(directory: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url)
    const file =
      request.method === 'GET' && url.host === HOST ? findRendererFile(directory, url.pathname) : null
    if (file === null) return new Response(null, { status: 404 })
    try {
      return new Response(await readFile(file.path), { headers: file.headers })
    } catch {
      return new Response(null, { status: 404 })
    }
  }
}
