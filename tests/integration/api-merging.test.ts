import { expect, test } from 'vitest'
import type { YardDelta } from '../../shared/yard.ts'
import { openApi, TestClient } from './api-harness.ts'
import { act } from './real-engine.ts'

const PARTS = ['groups', 'workers', 'running'] as const

/** A part as each delta that has it tells it. */
function told(deltas: readonly YardDelta[], part: (typeof PARTS)[number]): string[] {
  return deltas.flatMap((delta) => (delta[part] === undefined ? [] : [JSON.stringify(delta[part])]))
}

test('groups, workers and what runs are sent again only when they are others than before', async () => {
  const { real, server } = await openApi({ concurrency: 2 })
  const client = new TestClient(server)
  client.connection.watch()
  for (let round = 0; round < 20; round += 1) await real.run(act({ act: 'none' }), act({ act: 'none' }))
  const last = (): YardDelta | undefined => client.deltas.findLast(({ counts }) => counts !== undefined)
  await client.until(() => last()?.counts?.succeeded === 40, 'the last counts')
  for (const part of PARTS) {
    const texts = told(client.deltas, part)
    expect([part, texts.filter((text, at) => text === texts[at - 1])]).toEqual([part, []])
  }
  expect(told(client.deltas, 'workers').length).toBeGreaterThan(0)
  expect(client.deltas.every((delta) => Object.keys(delta).length > 1)).toBe(true)
})
