import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Output } from './output.ts'

/** A stream that takes what is written only when it is told to. */
class SlowStream extends Writable {
  readonly taken: string[] = []
  #take: (() => void)[] = []

  constructor() {
    super({ highWaterMark: 4 })
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take.push(() => {
      this.taken.push(chunk.toString())
      done()
    })
  }

  takeOne(): void {
    this.#take.shift()?.()
  }
}

test('writing waits for a slow reader', async () => {
  const stream = new SlowStream()
  const output = new Output(stream)
  expect(await output.write('ab')).toBe(true)
  let through = false
  const second = output.write('cdef').then(() => (through = true))
  stream.takeOne()
  await new Promise(setImmediate)
  expect(through).toBe(false)
  stream.takeOne()
  await second
  expect(stream.taken).toEqual(['ab', 'cdef'])
})

test('everything written has been taken when it is flushed', async () => {
  const stream = new SlowStream()
  const output = new Output(stream)
  await output.write('ab')
  const flushed = output.flushed()
  stream.takeOne()
  await new Promise(setImmediate)
  stream.takeOne()
  await flushed
  expect(stream.taken.join('')).toBe('ab')
})

test('a reader that goes away ends the waiting, and later writes are dropped', async () => {
  const stream = new SlowStream()
  const output = new Output(stream)
  const write = output.write('abcdef')
  stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(await write).toBe(false)
  expect(output.gone).toBe(true)
  expect(await output.line('more')).toBe(false)
  await output.flushed()
  expect(stream.taken).toEqual([])
})
