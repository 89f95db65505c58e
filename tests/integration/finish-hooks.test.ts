import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { openApi, TestClient } from './api-harness.ts'
import { StoreSubject } from '../contract/store-subject.ts'
import { openInThreadStore } from '../fakes/in-thread-store.ts'
import { dataPaths, prepareDataDir } from '../../electron/engine/store/data-dir.ts'
import { openEngine, retry, shell, testFolder } from './real-engine.ts'

test('a command follows each job that ended so, with its fields; hooks follow no hooks', async () => {
  const { real, server } = await openApi()
  const client = new TestClient(server)
  const file = real.path('after')
  const command = `echo {id} {name} {state} {exit_code} "$JOBYARD_ENDED_NAME" >> ${file}; exit 1`
  await client.api('settings:set', { after_job: { command, if: 'failure' } })
  const [good, bad] = await real.run(shell('true'), shell('exit 4', { name: `it's $(bad)` }))
  await real.until(async () => (await real.counts()).failed === 2, 'the hook to end')
  expect(real.lines('after')).toEqual([`${String(bad?.id)} it's $(bad) failed 4 it's $(bad)`])
  expect((await real.page((bad?.id ?? 0) + 1)).job).toMatchObject({
    group: 'hooks',
    name: `after 2 it's $(bad)`,
  })
  // What became of the jobs stays as it is.
  expect(await real.states([good?.id ?? 0, bad?.id ?? 0])).toEqual(['succeeded', 'failed'])
  await client.api('settings:set', { after_job: { command, if: 'always' } })
  await real.run(shell('true', { name: 'third' }))
  await real.until(async () => (await real.counts()).failed === 3, 'the other hook to end')
  expect(await real.counts()).toEqual({ succeeded: 2, failed: 3 })
})

test('when the queue is done a command runs once, with what became of the jobs since the last time', async () => {
  const { real, server } = await openApi()
  const client = new TestClient(server)
  const after_job = { command: `echo {name} >> ${real.path('each')}`, if: 'success' } as const
  const after_queue = `echo {succeeded} {failed} "$JOBYARD_QUEUE_SKIPPED" >> ${real.path('done')}`
  await client.api('settings:set', { after_job, after_queue })
  await real.run(shell('true', { name: 'a' }), shell('false', { name: 'b' }))
  await real.until(() => real.lines('done').length === 1, 'the queue to be done')
  expect(real.lines('each')).toEqual(['a'])
  await real.run(shell('true', { name: 'c' }))
  await real.until(() => real.lines('done').length === 2, 'the queue to be done again')
  expect(real.lines('done')).toEqual(['1 1 0', '1 0 0'])
})

test('the command of a job follows it before all that waits, in its folder and its environment', async () => {
  const real = await openEngine({ concurrency: 1, start: false })
  const order = real.path('order')
  const on_finish = {
    command: `echo "$(pwd) $MOOD" {name} {exit_code} "$JOBYARD_ENDED_STATE" >> ${order}`,
    if: 'failure',
  } as const
  const env = { MOOD: 'good' }
  await real.engine.submit([
    { spec: shell('exit 3', { name: 'first', cwd: dirname(real.paths.dir), env, on_finish }) },
    { spec: shell(`echo second >> ${order}`, { on_finish }) },
    { spec: shell(`echo third >> ${order}`) },
  ])
  await real.engine.start()
  await real.engine.whenIdle()
  expect(real.lines('order')).toEqual([`${dirname(real.paths.dir)} good first 3 failed`, 'second', 'third'])
  expect(await real.counts()).toEqual({ succeeded: 3, failed: 1 })
})

test('a job that is run again is followed again; one that is tried again only at its end', async () => {
  const real = await openEngine()
  const on_finish = { command: `echo {state} {attempts} >> ${real.path('ends')}`, if: 'always' } as const
  const [job] = await real.run(shell('exit 1', { on_finish, retry: retry(2) }))
  await real.engine.whenIdle()
  expect(real.lines('ends')).toEqual(['failed 3'])
  await real.engine.actions.restart({ ids: [job?.id ?? 0] })
  await real.engine.whenIdle()
  expect(real.lines('ends')).toEqual(['failed 3', 'failed 6'])
})

test('whoever waits for an idle queue lets an end and its command come to pass', async () => {
  let tell = (): void => undefined
  const real = await openEngine({
    concurrency: 2,
    wrapStore: (store) => ({
      query: (query) => store.query(query),
      close: () => store.close(),
      commit: async (operations) => {
        // Something else changes while the end is on its way to disk.
        if (operations.some(({ type }) => type === 'end')) tell()
        return store.commit(operations)
      },
    }),
  })
  tell = () => {
    real.engine.bus.emit('job:changed', { jobs: [] })
  }
  const on_finish = { command: `echo {name} >> ${real.path('ends')}`, if: 'always' } as const
  await real.engine.submit(
    ['a', 'b', 'c', 'd'].map((name, at) => ({ spec: shell(`sleep 0.${at}`, { name, on_finish }) })),
  )
  await real.engine.whenIdle()
  expect(real.lines('ends').sort()).toEqual(['a', 'b', 'c', 'd'])
})

test('an end that was on disk when its owner died is followed by the next one, once', async () => {
  const dir = `${testFolder()}/data`
  prepareDataDir(dir)
  const store = openInThreadStore({ file: dataPaths(dir).database })
  const subject = new StoreSubject(store)
  const on_finish = { command: `echo {id} >> ${dir}/followed`, if: 'always' } as const
  const id = await subject.submitOne({
    spec_json: JSON.stringify(shell('true', { on_finish })),
    extras: { timed: false, unique: null, hook_if: 'always', schedule_id: null, recurs: null },
  })
  await subject.finish(id)
  await subject.do({ type: 'set-meta', key: 'next_attempt_id', value: '100' })
  await store.close()
  for (const _ of [1, 2]) {
    const real = await openEngine({ dir })
    await real.engine.whenIdle()
    expect(await real.counts()).toEqual({ succeeded: 2 })
    expect(readFileSync(`${dir}/followed`, 'utf8')).toBe(`${id}\n`)
    await real.close()
  }
})
