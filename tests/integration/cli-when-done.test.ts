import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

test('what to do when the queue is done is chosen at the start or from elsewhere, counted down to, and taken back', async () => {
  const place = new Place()
  place.write('a.sh', '#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\n')
  place.write('b.sh', '#!/bin/sh\ntrue\n')
  const owner = place.start(['start', 'a.sh', '--when-done', 'shut-down'])
  await expect
    .poll(async () => (await place.cli('when-done')).stdout, { timeout: 15_000 })
    .toBe('when the queue is done: shut-down\n')
  expect((await place.cli('when-done', 'quit')).stdout).toBe('when the queue is done: quit\n')
  place.write('go', '')
  await expect
    .poll(async () => (await place.cli('when-done')).stdout, { timeout: 15_000 })
    .toMatch(/^when the queue is done: quit, at 2\S+Z: jobyard when-done --cancel takes it back\n$/)
  // New work puts it off, and it counts down when that is done, too.
  await place.cli('add', 'b.sh')
  expect((await place.cli('when-done', '--cancel')).stdout).toBe('nothing is done when the queue is done\n')
  await place.cli('stop')
  expect(await owner.ended).toMatchObject({ code: 0 })
})

test('where nobody works the queue there is nobody to tell', async () => {
  const place = new Place()
  const end = await place.cli('when-done', 'sleep')
  expect([end.code, end.stderr]).toEqual([1, expect.stringContaining('when the queue is done')])
})
