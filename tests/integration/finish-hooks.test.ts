import { expect, test } from 'vitest'
import { openApi, TestClient } from './api-harness.ts'
import { shell } from './real-engine.ts'

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
