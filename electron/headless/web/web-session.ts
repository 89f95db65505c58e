import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32

/**
 * Who may use the web host: whoever has the token of the printed link gets a cookie for it. The token is made anew for each
 * process; the cookie holds a secret that whoever opens the host has kept.
 */
export class WebSession {
  /** Goes into the link, behind `#`, so that no proxy, log or history of servers sees it. */
  readonly token = randomBytes(SECRET_BYTES).toString('base64url')
  readonly #secret: string
  #ticket: string | null = null

  /** @param secret see `keptSecret` */
  constructor(secret: string) {
    this.#secret = secret
  }

  /** A token that works once. The one before it works no more. */
  newTicket(): string {
    this.#ticket = randomBytes(SECRET_BYTES).toString('base64url')
    return this.#ticket
  }

  isToken(candidate: string): boolean {
    if (isSame(candidate, this.token)) return true
    if (this.#ticket === null || !isSame(candidate, this.#ticket)) return false
    this.#ticket = null
    return true
  }

  /**
   * The Set-Cookie header for a browser that has shown the token.
   * @param port of the address the browser uses: cookies are shared by all ports of a host, so the name tells them apart
   */
  cookie(port: number, secure: boolean): string {
    const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
    return `${cookieName(port)}=${this.#secret}; ${attributes}`
  }

  /** Whether a request with this Cookie header comes from a browser that has shown the token. */
  isHeld(cookie_header: string | undefined, port: number): boolean {
    const prefix = `${cookieName(port)}=`
    return (cookie_header ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .some((pair) => pair.startsWith(prefix) && isSame(pair.slice(prefix.length), this.#secret))
  }
}

function cookieName(port: number): string {
  return `jobyard-${port}`
}

/** In a time that tells nothing of where the two differ. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
