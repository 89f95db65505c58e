import type { Session } from 'electron'

/**
 * The policy for pages of the development server, which the app's own protocol does not serve: as strict as hot reload
 * allows (it writes styles into the page, and hears of changes by a WebSocket).
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self' ws:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Adds the policy to whatever the development server at `url` sends. */
export function sendDevPolicy(session: Pick<Session, 'webRequest'>, url: string): void {
  session.webRequest.onHeadersReceived({ urls: [`${new URL(url).origin}/*`] }, (details, done) => {
    done({ responseHeaders: { ...details.responseHeaders, 'content-security-policy': [policy] } })
  })
}
