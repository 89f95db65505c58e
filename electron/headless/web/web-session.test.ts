import { expect, test } from 'vitest'
import { WebSession } from './web-session.ts'

function valueOf(cookie: string): string {
  return cookie.split(';', 1)[0] ?? ''
}

test('the cookie counts for its port only, whatever stands beside it', () => {
  const session = new WebSession('a secret')
  const cookie = valueOf(session.cookie(80, false))
  expect(session.isHeld(`other=1; ${cookie}; jobyard-81=x`, 80)).toBe(true)
  expect(session.isHeld(cookie, 81)).toBe(false)
  expect(session.isHeld(cookie.replace('-80=', '-81='), 80)).toBe(false)
  expect(session.isHeld(`jobyard-80=wrong; ${cookie}`, 80)).toBe(true)
  for (const header of [undefined, '', 'jobyard-80', 'jobyard-80='])
    expect(session.isHeld(header, 80)).toBe(false)
})

test('with TLS the cookie goes through TLS only', () => {
  expect(new WebSession('a secret').cookie(1, true)).toMatch(/; Secure$/)
})

test('what counts for one data directory does not for another', () => {
  const [one, other] = [new WebSession('a secret'), new WebSession('another')]
  expect(other.isToken(one.token)).toBe(false)
  expect(other.isHeld(valueOf(one.cookie(1, false)), 1)).toBe(false)
})

test('the token works again and again, a ticket once', () => {
  const session = new WebSession('a secret')
  const [old, ticket] = [session.newTicket(), session.newTicket()]
  expect([session.isToken(session.token), session.isToken(session.token)]).toEqual([true, true])
  expect([old, ticket, ticket, ''].map((token) => session.isToken(token))).toEqual([
    false,
    true,
    false,
    false,
  ])
})
