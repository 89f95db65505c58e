/** The files of the built page, and the headers they go out with: the same from the app's own protocol and from the web host. */
import { extname, isAbsolute, join, relative } from 'node:path'

/** What a page of ours may load and run: only what comes from where it came from itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** A file that may be asked for; whether it is there is seen when it is read. */
export interface RendererFile {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The file below `directory` that the path of a URL (still percent-encoded) asks for, or null where it leads out of it or
 * names a type that no page needs.
 */
export function findRendererFile(directory: string, url_path: string): RendererFile | null {
  const path = pathBelow(directory, url_path)
  const content_type = path === null ? undefined : CONTENT_TYPES[extname(path)]
  if (path === null || content_type === undefined) return null
  return {
    path,
    headers: {
      'content-type': content_type,
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    },
  }
}

function pathBelow(directory: string, url_path: string): string | null {
  const decoded = decode(url_path)
  if (decoded === null || decoded.includes('\0')) return null
  const path = join(directory, decoded)
  const below = relative(directory, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? null : path
}

function decode(url_path: string): string | null {
  try {
    return decodeURIComponent(url_path)
  } catch {
    return null
  }
}
