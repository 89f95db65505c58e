import type { IncomingMessage } from 'node:http'
import { JobyardError } from '../../../shared/errors.ts'
import type { Destination, HostRules } from './destination.ts'
import { destinationOf, isSameOrigin } from './destination.ts'
import type { WebSession } from './web-session.ts'

export interface GateRules {
  /** What only pages of ours may ask for, so that browsers name the page: all but reading. */
  readonly needs_origin: boolean
  readonly needs_session: boolean
}

/** A refusal with the status that goes out with it. */
export class Refused extends JobyardError {
  readonly status: 401 | 403

  constructor(status: 401 | 403, message: string) {
    super('NOT_ALLOWED', message)
    this.status = status
  }
}

export type Admission =
  | { readonly refused: null; readonly destination: Destination }
  | { readonly refused: Refused; readonly destination: null }

/** Whether a request may be answered: by where it was sent to, from which page, and by whom. */
export function admit(
  request: IncomingMessage,
  host: { readonly rules: HostRules; readonly session: WebSession },
  { needs_origin, needs_session }: GateRules,
): Admission {
  const { headers } = request
  const destination = destinationOf(headers.host, host.rules)
  if (destination === null)
    return refused(403, 'Nothing is served under this name. Use the link as it was printed.')
  if (!isSameOrigin(destination, headers.origin, needs_origin))
    return refused(403, 'Only pages of Jobyard itself may ask for this.')
  if (needs_session && !host.session.isHeld(headers.cookie, destination.port))
    return refused(401, 'This browser has not shown the token. Open the link that `jobyard serve` printed.')
  return { refused: null, destination }
}

function refused(status: 401 | 403, message: string): Admission {
  return { refused: new Refused(status, message), destination: null }
}
