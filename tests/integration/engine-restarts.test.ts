/** How often the worker process at a place was started anew. */
import { expect, test } from 'vitest'
import type { RealEngine } from './real-engine.ts'
import { openEngine, shell } from './real-engine.ts'

/** Restarts by place, of the workers that are up. */
function restarts(real: RealEngine): number[][] {
  return real.engine
    .workers()
    .filter(({ state }) => state === 'idle' || state === 'busy')
    .map(({ place, restarts }) => [place, restarts])
    .sort()
}

async function isWorking(real: RealEngine): Promise<void> {
  await real.run(shell('true'))
}

test('a worker that was killed is replaced at its place, and the restart is counted there', async () => {
  const real = await openEngine({ concurrency: 2 })
  const stays = await real.submitOne(shell('sleep 60'))
  await real.reaches(stays, 'running')
  const lost = await real.submitOne(shell('sleep 60'))
  await real.reaches(lost, 'running')
  expect(restarts(real)).toEqual([
    [1, 0],
    [2, 0],
  ])
  const { place } = real.engine.workers().find(({ job_ids }) => job_ids.includes(lost)) ?? { place: 0 }
  for (const times of [1, 2]) {
    const pid = real.workerPids().find((one) => one !== real.workerOf(stays)) ?? 0
    process.kill(pid, 'SIGKILL')
    await real.until(() => !real.workerPids().includes(pid), 'the worker to be gone')
    await isWorking(real)
    expect(restarts(real)).toContainEqual([place, times])
    expect(restarts(real)).toContainEqual([3 - place, 0])
  }
  await real.engine.actions.cancel({ filter: {} }, true)
})

test('a worker that was recycled counts as started anew, one that was not needed does not', async () => {
  const real = await openEngine({ concurrency: 2 })
  const [stays, other] = await real.submit(shell('sleep 60'), shell('sleep 60'))
  if (stays === undefined || other === undefined) throw new Error('Nothing was submitted.')
  await real.reaches(stays, 'running')
  await real.reaches(other, 'running')
  const { worker_id, place } = real.engine.workers().find(({ job_ids }) => job_ids.includes(other)) ?? {
    ...{ worker_id: 0, place: 0 },
  }
  await real.engine.recycleWorker(worker_id)
  await real.engine.actions.cancel({ ids: [other] }, true)
  await isWorking(real)
  expect(restarts(real)).toContainEqual([place, 1])
  await real.engine.setConcurrency(1)
  await real.until(() => real.engine.workers().length === 1, 'one worker')
  await real.engine.setConcurrency(2)
  await isWorking(real)
  await real.engine.actions.cancel({ filter: {} }, true)
  await real.engine.whenIdle()
  const before = restarts(real)
  expect(before).toContainEqual([place, 1])
  expect(before).toContainEqual([3 - place, 0])
  await real.engine.stop()
  await real.engine.start()
  await isWorking(real)
  expect(before).toEqual(expect.arrayContaining(restarts(real)))
})
