import { expect, test } from 'vitest'
import { isOwnPage } from './trusted-frame.ts'

const ownUrl = 'app://bundle/index.html'
const own = { parent: null, url: `${ownUrl}#/queue`, detached: false, isDestroyed: () => false }

test('the page of the window is trusted', () => {
  expect(isOwnPage(own, ownUrl)).toBe(true)
})

test.each([
  ['no frame any more', null],
  ['a frame inside the page', { ...own, parent: own as never }],
  ['another address', { ...own, url: 'https://example.org/' }],
  ['a frame that was taken out', { ...own, detached: true }],
  ['a frame that is gone', { ...own, isDestroyed: () => true }],
])('%s is not', (_what, frame) => {
  expect(isOwnPage(frame, ownUrl)).toBe(false)
})

test('a frame that throws when it is asked is not', () => {
  const gone = {
    ...own,
    get url(): string {
      throw new Error('Render frame was disposed')
    },
  }
  expect(isOwnPage(gone, ownUrl)).toBe(false)
})
