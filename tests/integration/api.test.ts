/** What the owner does when it is asked; how it is asked, over each transport, is in tests/contract/api-contract.ts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DropSource } from '../../shared/drop.ts'
import { openApi, TestClient } from './api-harness.ts'
import { shell } from './real-engine.ts'
import { eventually } from './worker-harness.ts'

function filesAt(...paths: string[]): DropSource {
  return { from: 'paths', paths }
}

describe('who watches', () => {
  test('sees progress of what runs, and its end', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const client = new TestClient(server)
    client.connection.watch()
    const go = real.path('go')
    const id = await real.submitOne(shell(`echo 25%; until [ -e ${go} ]; do sleep 0.02; done`))
    const told = (): unknown => client.deltas.findLast(({ running }) => running !== undefined)?.running
    await client.until(() => JSON.stringify(told() ?? '').includes('0.25'), 'progress')
    expect(told()).toMatchObject([{ job_id: id, state: 'running', progress: 0.25 }])
    real.file('go', '')
    await client.until(() => (told() as unknown[]).length === 0, 'nothing to run')
  })

  test('hears of a moved job although its state is the same', async () => {
    const { real, server } = await openApi({ start: false })
    const client = new TestClient(server)
    const ids = await real.submit(shell('true'), shell('true'))
    client.connection.watch()
    await client.until(() => client.snapshot !== null, 'a snapshot')
    await client.api('jobs:move', { selection: { ids: [ids[1] ?? 0] }, target: { to: 'top' } })
    await client.until(() => client.deltas.some(({ changed }) => changed?.more === true), 'the move')
    const { jobs } = await client.api('jobs:list', { filter: {}, order: 'run', limit: 10 })
    expect(jobs.map(({ job }) => job.id)).toEqual([...ids].reverse())
  })
})

describe('a drop', () => {
  test('from a folder that was trusted once is trusted from then on', async () => {
    const { real, server } = await openApi({ start: false })
    const { api } = new TestClient(server)
    const source = filesAt(real.file('one.job.yaml', 'version: 1\ncommand: "true"\n'))
    const { drop_id, untrusted_folders } = await api('drop:preview', { source, recursive: false })
    expect(untrusted_folders).toEqual([join(real.dir, '..')])
    await api('drop:submit', { drop_id, skip_bad: false, trust: true })
    expect(await api('drop:preview', { source, recursive: false })).toMatchObject({ untrusted_folders: [] })
  })

  test('that was changed after its preview is not queued', async () => {
    const { real, server } = await openApi({ start: false })
    const { api } = new TestClient(server)
    const file = real.file('jobs.jsonl', '{"command":"true"}\n')
    const { drop_id } = await api('drop:preview', {
      source: filesAt(file),
      recursive: false,
    })
    writeFileSync(file, '{"command":"true"}\n{"command":"rm -rf x"}\n')
    await expect(api('drop:submit', { drop_id, skip_bad: false, trust: true })).rejects.toMatchObject({
      code: 'DROP_CHANGED',
    })
    expect(await real.counts()).toEqual({})
  })

  test('shows what is in the queue already', async () => {
    const { real, server } = await openApi({ start: false })
    const { api } = new TestClient(server)
    const file = real.file(
      'one.job.yaml',
      'version: 1\nname: once\ncommand: [echo, once]\nretry: 2\nunique: once\nlimits: { memory: 1GiB }\nlog: { max: 1MiB }\n',
    )
    const source = filesAt(file)
    const first = await api('drop:preview', { source, recursive: false })
    expect(first.duplicate_count).toBe(0)
    const { first_id } = await api('drop:submit', { drop_id: first.drop_id, skip_bad: false, trust: true })
    const second = await api('drop:preview', { source, recursive: false })
    expect(second).toMatchObject({ duplicate_count: 1, jobs: [{ duplicate_of: first_id }] })
  })

  test('of content shows what is in the queue already, although it stands in another folder', async () => {
    const { server } = await openApi({ start: false })
    const { api } = new TestClient(server, { is_remote: true })
    const source: DropSource = { from: 'text', name: 'p.job.yaml', text: 'version: 1\ncommand: pwd\n' }
    const first = await api('drop:preview', { source, recursive: false })
    const { first_id } = await api('drop:submit', { drop_id: first.drop_id, skip_bad: false, trust: false })
    const second = await api('drop:preview', { source, recursive: false })
    expect(second).toMatchObject({ duplicate_count: 1, jobs: [{ duplicate_of: first_id }] })
  })

  test('of pasted text runs in a folder of its own', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const { api } = new TestClient(server, { is_remote: true })
    const source = { from: 'text', name: 'pasted.job.yaml', text: 'version: 1\ncommand: pwd\n' } as const
    const { drop_id, jobs } = await api('drop:preview', { source, recursive: false })
    expect(jobs[0]?.source.file).toBe('pasted.job.yaml')
    const { first_id } = await api('drop:submit', { drop_id, skip_bad: false, trust: false })
    await real.reaches(first_id, 'succeeded')
    expect((await real.output(first_id)).toString()).toContain(real.paths.uploads)
  })

  test('of the examples makes no schedule that would stay behind', async () => {
    const { server } = await openApi()
    const client = new TestClient(server)
    const preview = await client.api('drop:preview', { source: { from: 'examples' }, recursive: true })
    expect(preview.count).toBe(preview.jobs.length)
    expect(preview.jobs.length).toBeGreaterThan(20)
    expect(preview.jobs.filter(({ schedule }) => schedule !== null)).toEqual([])
    expect([preview.problem_count, preview.untrusted_folders]).toEqual([0, []])
  })

  test('without jobs says so', async () => {
    const { real, server } = await openApi({ start: false })
    mkdirSync(real.path('empty'))
    const { api } = new TestClient(server)
    const empty = api('drop:preview', { source: filesAt(real.path('empty')), recursive: false })
    await expect(empty).resolves.toMatchObject({ count: 0, problems: [{ code: 'NO_JOB_FILES' }] })
  })
})

test('an edit takes group and priority from the new spec', async () => {
  const { real, server } = await openApi({ start: false })
  const { api } = new TestClient(server)
  const id = await real.submitOne(shell('true', { group: 'a', priority: 1 }))
  const { spec } = await real.page(id)
  await api('jobs:edit', { selection: { ids: [id] }, spec: { ...spec, group: 'b', priority: 7 } })
  expect((await real.page(id)).job).toMatchObject({ group: 'b', priority: 7 })
  await api('jobs:edit', { selection: { ids: [id] }, priority: 3 })
  expect((await real.page(id)).job).toMatchObject({ group: 'b', priority: 3 })
})

test('settings are kept in the data directory, and a damaged one gives way to its default', async () => {
  const { real, server } = await openApi({ start: false })
  const { api } = new TestClient(server)
  await api('settings:set', { notify_idle: false, synchronous: 'NORMAL' })
  await server.close()
  await real.engine.setMeta('settings', '{"notify_idle":false,"retention_ms":"soon"}')
  await real.close()
  const again = await openApi({ dir: real.dir, start: false })
  expect(again.server.settings.current).toMatchObject({
    notify_idle: false,
    retention_ms: null,
    synchronous: 'NORMAL',
  })
})

test('a worker that is recycled ends after its job, and another takes its place', async () => {
  const { real, server } = await openApi({ concurrency: 1 })
  const { api } = new TestClient(server)
  const go = real.path('go')
  const id = await real.submitOne(shell(`until [ -e ${go} ]; do sleep 0.02; done`))
  await real.reaches(id, 'running')
  const pid = real.workerOf(id)
  const [usage] = await api('workers:usage', {})
  expect(usage?.memory_bytes).toBeGreaterThan(1_000_000)
  await api('worker:recycle', { worker_id: usage?.worker_id ?? 0 })
  expect(await real.state(id)).toBe('running')
  real.file('go', '')
  await real.reaches(id, 'succeeded')
  await eventually(() => !real.workerPids().includes(pid), 'the end of the worker')
  const [next] = await real.run(shell('true'))
  expect(next).toMatchObject({ state: 'succeeded' })
})
