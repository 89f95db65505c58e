import { expect, test } from 'vitest'
import { ScrollIntent } from './scroll-intent.ts'

function intentAt() {
  const clock = { now_ms: 0 }
  return { clock, intent: new ScrollIntent(() => clock.now_ms) }
}

test('a list that moves by itself goes on being followed', () => {
  const { intent } = intentAt()
  intent.follows(1_000, true, true)
  expect(intent.follows(900, false, true)).toBe(true)
})

test('a wheel turned up ends it', () => {
  const { intent } = intentAt()
  intent.follows(1_000, true, true)
  intent.noticeWheel(-100)
  expect(intent.follows(900, false, true)).toBe(false)
})

test('a wheel turned up long ago does not', () => {
  const { clock, intent } = intentAt()
  intent.follows(1_000, true, true)
  intent.noticeWheel(-100)
  clock.now_ms = 60_000
  expect(intent.follows(900, false, true)).toBe(true)
})

test('a key that goes up ends it, one that goes down does not', () => {
  const { intent } = intentAt()
  intent.follows(1_000, true, true)
  intent.noticeKey('PageDown')
  expect(intent.follows(900, false, true)).toBe(true)
  intent.noticeKey('PageUp')
  expect(intent.follows(800, false, true)).toBe(false)
})

test('who scrolls to the end follows again', () => {
  const { intent } = intentAt()
  expect(intent.follows(1_000, true, false)).toBe(true)
})
