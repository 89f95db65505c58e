import { Writable } from 'node:stream'
import pc from 'picocolors'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Terminal } from '../host.ts'
import type { LiveFacts } from './live-view.ts'
import { LiveView } from './live-view.ts'

/** A terminal that remembers what was drawn. */
class FakeTerminal extends Writable implements Terminal {
  readonly columns = 60
  readonly rows = 10
  readonly drawn: string[] = []

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.drawn.push(chunk.toString())
    done()
  }
}

const FACTS: LiveFacts = { succeeded: 0, bad: 0, total: 10, waiting: null, running: [], notice: null }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('draws at most ten times a second, however fast things change', () => {
  const terminal = new FakeTerminal()
  let asked = 0
  const facts = (): LiveFacts => {
    asked += 1
    return { ...FACTS, succeeded: asked % 10 }
  }
  const view = new LiveView({ terminal, colors: pc.createColors(false), facts, now: Date.now })
  vi.advanceTimersByTime(1_000)
  view.end()
  vi.advanceTimersByTime(1_000)
  expect(asked).toBe(11)
})

test('what is said aside stands above the view, which is drawn again', () => {
  const terminal = new FakeTerminal()
  const view = new LiveView({ terminal, colors: pc.createColors(false), facts: () => FACTS, now: Date.now })
  view.aside(() => terminal.write('said\n'))
  view.end()
  const text = terminal.drawn.join('')
  expect(text.split('said\n').map((part) => part.includes('0/10'))).toEqual([true, true])
  view.aside(() => terminal.write('later\n'))
  expect(terminal.drawn.at(-1)).toBe('later\n')
})
