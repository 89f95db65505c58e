/** Which address a request was sent to, and whether it may be answered: the defence against DNS rebinding and other sites. */

/** Names under which only programs of the same machine reach us, as URLs write them. */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Where a request was sent to, as its Host header says. Behind a tunnel the port is not ours. */
export interface Destination {
  readonly origin: string
  readonly port: number
}

export interface HostRules {
  /** The host is reached through TLS. */
  readonly secure: boolean
  /** `--host`; reached by that name beside the loopback ones. */
  readonly name: string
}

/** A host as URLs write it (`::1` becomes `[::1]`), or null where it is none. */
export function urlHost(name: string): string | null {
  const written = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
  if (!/^[^\s/?#@\\]+$/.test(written) || !URL.canParse(`http://${written}`)) return null
  const url = new URL(`http://${written}`)
  return url.port === '' ? url.hostname : null
}

export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host)
}

/** Null where the header names none of our hosts: a page of another site had its name resolved to our address. */
export function destinationOf(host_header: string | undefined, rules: HostRules): Destination | null {
  if (host_header === undefined || !/^[^\s/?#@\\]+$/.test(host_header)) return null
  const written = `${rules.secure ? 'https' : 'http'}://${host_header}`
  if (!URL.canParse(written)) return null
  const url = new URL(written)
  if (!isLoopback(url.hostname) && url.hostname !== urlHost(rules.name)) return null
  const usual_port = rules.secure ? 443 : 80
  return { origin: url.origin, port: url.port === '' ? usual_port : Number(url.port) }
}

/**
 * Whether a page that was served from `destination` sent this.
 * @param needed the request changes something, or opens a WebSocket: browsers send an Origin with it
 */
export function isSameOrigin(destination: Destination, origin: string | undefined, needed: boolean): boolean {
  return origin === undefined ? !needed : origin === destination.origin
}
