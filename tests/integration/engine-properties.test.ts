import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { dataPaths, prepareDataDir } from '../../electron/engine/store/data-dir.ts'
import { openThreadStore } from '../../electron/engine/store/thread-store.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import type { Step } from './engine-model.ts'
import { EngineModel, steps } from './engine-model.ts'

const STORE_THREAD = join(import.meta.dirname, '../../electron/engine/store/store-thread.ts')

/** Runs the steps on a real store with played workers. @returns what was violated */
async function play(sequence: readonly Step[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'jobyard-model-'))
  const paths = dataPaths(folder)
  mkdirSync(folder, { recursive: true })
  prepareDataDir(folder)
  const store = await openThreadStore({ file: paths.database, entry: STORE_THREAD, synchronous: 'NORMAL' })
  const workers = new FakeWorkers()
  const faults: string[] = []
  const engine = await Engine.open({
    store,
    paths,
    spawnWorker: workers.spawn,
    strict: true,
    log: (fault) => faults.push(`${fault.code}: ${fault.message}`),
  })
  const model = new EngineModel(engine, workers)
  await model.begin()
  for (const step of sequence) {
    await model.run(step)
    if (model.violations.length === 0) continue
    // An engine that broke its word may not even stop any more; the store is closed under it.
    await store.close()
    return model.violations
  }
  await model.finish()
  await (model.violations.length === 0 ? engine.close() : store.close())
  rmSync(folder, { recursive: true, force: true })
  return [...model.violations, ...faults]
}

test('never more than N run, no attempt runs twice, claims come in order and nothing is lost, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const violations = await play(sequence)
      if (violations.length > 0) throw new Error(violations.join('; '))
    }),
    // A sequence that does not come to its end hangs: that is a failure too.
    { numRuns: 60, endOnFailure: true, includeErrorInReport: true, timeout: 20_000 },
  )
}, 120_000)
