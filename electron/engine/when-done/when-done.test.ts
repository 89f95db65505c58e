import { expect, test } from 'vitest'
import type { WhenDone } from '../../../shared/when-done.ts'
import { EventBus } from '../events/event-bus.ts'
import { powerCommand } from './system-power.ts'
import { WhenDoneKeeper } from './when-done.ts'

/** A queue that a test fills and empties, and a clock that it moves. */
class Bench {
  state: 'working' | 'done' | 'held' = 'done'
  now_ms = 1_000
  done: WhenDone[] = []
  fails = false
  timer: { at_ms: number; callback: () => void } | null = null
  readonly bus = new EventBus((error) => {
    throw error
  })
  readonly keeper = new WhenDoneKeeper({
    queue: { bus: this.bus, look: () => Promise.resolve(this.state) },
    act: (choice) => {
      this.done.push(choice)
      return this.fails ? Promise.reject(new Error('not allowed')) : Promise.resolve()
    },
    onChange: () => undefined,
    now: () => this.now_ms,
    after: (delay_ms, callback) => {
      const timer = { at_ms: this.now_ms + delay_ms, callback }
      this.timer = timer
      return () => {
        if (this.timer === timer) this.timer = null
      }
    },
  })

  async queueIs(state: 'working' | 'done' | 'held'): Promise<void> {
    this.state = state
    this.bus.emit('job:changed', { jobs: [] })
    await new Promise(setImmediate)
  }

  async passes(ms: number): Promise<void> {
    this.now_ms += ms
    if (this.timer !== null && this.timer.at_ms <= this.now_ms) {
      const { callback } = this.timer
      this.timer = null
      callback()
    }
    await new Promise(setImmediate)
  }
}

test('a queue that was empty all the time shuts nothing down; after work it does, in a minute, and once', async () => {
  const bench = new Bench()
  await bench.keeper.set('shut-down')
  expect(bench.keeper.status).toEqual({ choice: 'shut-down', acts_ms: null, error: null })
  await bench.queueIs('working')
  await bench.queueIs('done')
  expect(bench.keeper.status.acts_ms).toBe(61_000)
  await bench.passes(59_999)
  expect(bench.done).toEqual([])
  await bench.passes(1)
  expect(bench.done).toEqual(['shut-down'])
  expect(bench.keeper.status.choice).toBe('nothing')
  await bench.queueIs('working')
  await bench.queueIs('done')
  expect(bench.timer).toBeNull()
})

test('new work puts it off, and it counts down anew when that is done', async () => {
  const bench = new Bench()
  bench.state = 'working'
  await bench.keeper.set('sleep')
  await bench.queueIs('done')
  await bench.passes(30_000)
  await bench.queueIs('working')
  expect([bench.keeper.status.acts_ms, bench.timer]).toEqual([null, null])
  await bench.queueIs('done')
  expect(bench.keeper.status.acts_ms).toBe(91_000)
})

test('it can be taken back, or done at once, while it counts down', async () => {
  const bench = new Bench()
  bench.state = 'working'
  await bench.keeper.set('quit')
  expect(bench.keeper.now()).toBe(false)
  await bench.queueIs('done')
  await bench.keeper.set('nothing')
  expect([bench.timer, bench.done]).toEqual([null, []])
  bench.state = 'working'
  await bench.keeper.set('quit')
  await bench.queueIs('done')
  expect(bench.keeper.now()).toBe(true)
  await bench.passes(60_000)
  expect(bench.done).toEqual(['quit'])
})

test('what the system refuses is told, and not tried again', async () => {
  const bench = new Bench()
  bench.fails = true
  bench.state = 'working'
  await bench.keeper.set('sleep')
  await bench.queueIs('done')
  await bench.passes(60_000)
  expect(bench.keeper.status).toMatchObject({ choice: 'nothing', error: 'not allowed' })
})

test('each system is asked in its own way, and one that is not known in none', () => {
  const systems = ['linux', 'darwin', 'win32', 'aix'] as const
  expect(systems.map((platform) => powerCommand('sleep', platform)?.[0])).toEqual([
    'systemctl',
    'pmset',
    'rundll32.exe',
    undefined,
  ])
  expect(powerCommand('shut-down', 'win32')).toEqual(['shutdown', '/s', '/t', '0'])
})

test('a pause is no work, and no end of it', async () => {
  const bench = new Bench()
  await bench.queueIs('held')
  await bench.keeper.set('quit')
  await bench.queueIs('done')
  expect(bench.keeper.status.acts_ms).toBeNull()
  await bench.queueIs('working')
  await bench.queueIs('held')
  expect(bench.keeper.status.acts_ms).toBeNull()
  await bench.queueIs('done')
  expect(bench.keeper.status.acts_ms).not.toBeNull()
  await bench.queueIs('held')
  expect(bench.keeper.status.acts_ms).toBeNull()
})
