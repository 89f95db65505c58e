/** `protocol` and `session`, with the default session only. [dts 11800 ff., 13190 ff.] */
import { app } from './app.ts'
import { strict, unimplemented } from './strict.ts'
import type { WebContents } from './web-contents.ts'
import type { FetchedResponse, Question } from './wire.ts'

type RequestHandler = (request: Request) => Response | Promise<Response>
type PermissionRequestHandler = (
  contents: WebContents,
  permission: string,
  decide: (granted: boolean) => void,
  details: { readonly requestingUrl: string; readonly isMainFrame: boolean },
) => void
type PermissionCheckHandler = (
  contents: WebContents | null,
  permission: string,
  origin: string,
  details: object,
) => boolean

/** Those that Chromium can be told of; see launch.ts. */
const KNOWN_PERMISSIONS = ['clipboard-sanitized-write', 'clipboard-read', 'notifications', 'geolocation']
/** Of a page whose origin Electron would give. */
const OWN_URL = 'app://bundle/'

const privileged = new Set<string>()
const handlers = new Map<string, RequestHandler>()
let requestHandler: PermissionRequestHandler | null = null
let checkHandler: PermissionCheckHandler | null = null
let has_schemes = false

export const protocol = strict('protocol', {
  /** [doc protocol] "can only be used before the ready event … and can be called only once". */
  registerSchemesAsPrivileged: (
    schemes: readonly { readonly scheme: string; readonly privileges: object }[],
  ) => {
    if (app.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    if (has_schemes) throw new Error('protocol.registerSchemesAsPrivileged was called twice')
    has_schemes = true
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle: (scheme: string, handler: RequestHandler) => {
    if (!app.isReady()) throw new Error('protocol.handle before app is ready')
    if (!privileged.has(scheme)) throw new Error(`the scheme ${scheme} was not registered as privileged`)
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    handlers.set(scheme, handler)
  },
})

/** A request of a page for an address of a scheme of the app. */
export async function respondTo(question: Question & { readonly ask: 'fetch' }): Promise<FetchedResponse> {
  const handler = handlers.get(new URL(question.url).protocol.replace(':', ''))
  if (handler === undefined) throw new Error(`nobody handles ${question.url}`)
  const { method, headers } = question
  const response = await handler(new Request(question.url, { method, headers }))
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  }
}

type HeadersListener = (
  details: { readonly url: string; readonly responseHeaders: Record<string, string[]> },
  done: (changed: { readonly responseHeaders?: Readonly<Record<string, readonly string[]>> }) => void,
) => void

let headersFilter: readonly string[] = []
let headersListener: HeadersListener | null = null

/** [dts 20600; doc web-request] one listener; patterns end in `/*` here. */
const webRequest = strict('webRequest', {
  onHeadersReceived: (filter: { readonly urls: readonly string[] }, listener: HeadersListener) => {
    for (const url of filter.urls) if (!url.endsWith('/*')) throw unimplemented(`pattern ${url}`)
    headersFilter = filter.urls.map((url) => url.slice(0, -1))
    headersListener = listener
  },
})

/** Headers of an answer from elsewhere, as the app wants them; null: the app knows no such place. */
export async function headersFor(
  question: Question & { readonly ask: 'headers' },
): Promise<Readonly<Record<string, string>> | null> {
  const { url, headers } = question
  const listener = headersListener
  if (listener === null || !headersFilter.some((start) => url.startsWith(start))) return null
  const responseHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return new Promise((resolve) => {
    listener({ url, responseHeaders }, (changed) => {
      const entries = Object.entries(changed.responseHeaders ?? responseHeaders)
      resolve(Object.fromEntries(entries.map(([name, values]) => [name, values.join(', ')])))
    })
  })
}

class Session {
  readonly webRequest = webRequest

  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    requestHandler = handler
  }

  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    checkHandler = handler
  }

  setDevicePermissionHandler(_handler: unknown): void {
    // Pages of Chromium in a test have no devices.
  }
}

/** [dts 14356] most web APIs do a check, and ask where it is denied; without handlers all is granted. [facts C1] */
export function grantedPermissions(contents: WebContents): readonly string[] {
  return KNOWN_PERMISSIONS.filter((permission) => {
    if (checkHandler?.(contents, permission, OWN_URL, {}) ?? true) return true
    let granted = requestHandler === null
    const details = { requestingUrl: OWN_URL, isMainFrame: true }
    requestHandler?.(contents, permission, (decision) => (granted = decision), details)
    return granted
  })
}

const defaultSession = strict('session', new Session())
export const session = strict('session module', {
  defaultSession,
  /** [dts 14900] here nothing is kept, in whatever partition. */
  fromPartition: (_partition: string, _options?: { readonly cache: boolean }): Session =>
    strict('session', new Session()),
})
