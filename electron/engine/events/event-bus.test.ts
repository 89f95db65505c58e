import { expect, test } from 'vitest'
import { EventBus } from './event-bus.ts'

const none = { jobs: [] }

test('a listener hears until it unsubscribes', () => {
  const bus = new EventBus(() => undefined)
  let heard = 0
  const end = bus.on('job:ended', () => (heard += 1))
  bus.emit('job:ended', none)
  end()
  bus.emit('job:ended', none)
  expect(heard).toBe(1)
  expect(bus.has('job:ended')).toBe(false)
})

test('a listener that throws is reported and the others hear all the same', () => {
  const errors: unknown[] = []
  const bus = new EventBus((error) => errors.push(error))
  let heard = false
  bus.on('job:ended', () => {
    throw new Error('listener')
  })
  bus.on('job:ended', () => (heard = true))
  bus.emit('job:ended', none)
  expect(heard).toBe(true)
  expect(errors).toHaveLength(1)
})

test('a listener that ends the subscription of another while it is called breaks nothing', () => {
  const bus = new EventBus(() => undefined)
  const heard: string[] = []
  const end = bus.on('job:ended', () => {
    heard.push('a')
    end()
  })
  bus.on('job:ended', () => heard.push('b'))
  bus.emit('job:ended', none)
  bus.emit('job:ended', none)
  expect(heard).toEqual(['a', 'b', 'b'])
})
