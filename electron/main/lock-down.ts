import type { Session, WebContents } from 'electron'

/** What a page may do beside painting: put text on the clipboard ("copy as command line"). */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Denies every other permission a page can ask for. Electron's own default is to grant them all. */
export function lockDownSession(session: Pick<Session, SessionHandlers>, ownUrl: string): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(ALLOWED.has(permission) && isSameSite(details.requestingUrl, ownUrl))
  })
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => ALLOWED.has(permission) && isSameSite(origin, ownUrl),
  )
  session.setDevicePermissionHandler(() => false)
}

type SessionHandlers =
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'

/** Keeps a page on its own address: no navigation elsewhere, no new windows, no `<webview>`. */
export function lockDownWebContents(contents: WebContents, ownUrl: string): void {
  contents.on('will-frame-navigate', (event) => {
    if (!isSameSite(event.url, ownUrl)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isSameSite(event.url, ownUrl)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // Else a broken preload would show only in the console of a page that nobody has open.
  contents.on('preload-error', (_event, path, error) => {
    console.error(`the preload ${path} failed:`, error)
  })
}

/** Whether two addresses share scheme and host. The `origin` of a scheme of our own is always `null`. */
export function isSameSite(url: string, ownUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const [a, b] = [new URL(url), new URL(ownUrl)]
  return a.protocol === b.protocol && a.host === b.host
}
