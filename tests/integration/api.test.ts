/** The API of an owner, from a client's side: calls, pushes, and what a client may not do. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DropSource } from '../../shared/drop.ts'
import { openApi, TestClient } from './api-harness.ts'
import { act, shell } from './real-engine.ts'
import { eventually } from './worker-harness.ts'

function filesAt(...paths: string[]): DropSource {
  return { from: 'paths', paths }
}

describe('a call', () => {
  test('is answered, or refused with the code of what is wrong', async () => {
    const { real, server } = await openApi()
    const { api } = new TestClient(server)
    expect(await api('pool:pause', {})).toMatchObject({ state: 'paused' })
    const id = await real.submitOne(shell('true'))
    expect(await api('job:show', { job_id: id })).toMatchObject({
      job: { id, state: 'queued' },
      wait_reason: 'pool-paused',
    })
    await expect(api('jobs:undo', { action_ids: [99] })).rejects.toMatchObject({ code: 'ACTION_NOT_FOUND' })
    await expect(api('pool:set-concurrency', { concurrency: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('concurrency') as string,
    })
  })

  test('of an unknown endpoint is refused, and what is not of the protocol ends the connection', async () => {
    const { server } = await openApi({ start: false })
    const client = new TestClient(server)
    client.say({ type: 'call', call_id: 1, name: 'toString', input: {} })
    await client.until(() => client.received.some(({ type }) => type === 'answer'), 'an answer')
    expect(client.received.at(-1)).toMatchObject({ ok: false, error: { code: 'UNKNOWN_ENDPOINT' } })
    client.say({ type: 'nonsense' })
    expect(client.closed_by_owner).toBe(true)
  })

  test('by somebody who is not trusted any more is refused', async () => {
    const { server } = await openApi({ start: false })
    let trusted = true
    const { api } = new TestClient(server, { isTrusted: () => trusted })
    await api('settings:get', {})
    trusted = false
    await expect(api('settings:get', {})).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  })

  test('that is taken back is not answered', async () => {
    const { server } = await openApi({ start: false })
    const { api } = new TestClient(server)
    const aborter = new AbortController()
    const call = api('settings:get', {}, aborter.signal)
    aborter.abort()
    await expect(call).rejects.toMatchObject({ code: 'ABANDONED' })
  })
})

describe('who watches', () => {
  test('gets a snapshot, and then what changes, merged and in order', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const client = new TestClient(server)
    client.connection.watch()
    await client.until(() => client.snapshot !== null, 'a snapshot')
    expect(client.snapshot).toMatchObject({ pool: { state: 'running', concurrency: 1 }, data_dir: real.dir })
    await real.run(...Array.from({ length: 300 }, () => act({ act: 'none' })))
    await client.until(() => client.deltas.at(-1)?.counts?.succeeded === 300, 'the last counts')
    const ended = client.deltas.reduce((sum, delta) => sum + (delta.ended?.count ?? 0), 0)
    expect(ended).toBe(300)
    const pushes = client.received.filter(({ type }) => type !== 'answer' && type !== 'hello')
    expect(pushes.map((push) => ('seq' in push ? push.seq : -1))).toEqual(pushes.map((_, index) => index))
    expect(client.deltas.length).toBeLessThan(300)
  })

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

  test('and does not listen gets two pushes and no more, whatever happens; when it listens again, the rest at once', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const client = new TestClient(server, { acks: false })
    client.connection.watch()
    await client.until(() => client.snapshot !== null, 'a snapshot')
    await real.run(...Array.from({ length: 2_000 }, () => act({ act: 'none' })))
    const pushes = (): number => client.received.filter((message) => 'seq' in message).length
    expect(pushes()).toBeLessThanOrEqual(2)
    client.say({ type: 'ack', seq: 0 })
    client.say({ type: 'ack', seq: 1 })
    await client.until(() => pushes() === 3, 'what gathered meanwhile')
    const rest = client.deltas.at(-1)
    expect(rest?.changed?.ids.length).toBeLessThanOrEqual(500)
    expect(rest?.changed?.more).toBe(true)
    expect(rest?.ended?.jobs.length).toBeLessThanOrEqual(20)
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

  test('with a job open hears that its log grows, and reads on where it was', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const client = new TestClient(server)
    client.connection.watch()
    const go = real.path('go')
    const id = await real.submitOne(shell(`echo first; until [ -e ${go} ]; do sleep 0.02; done; echo last`))
    client.connection.openJob(id)
    await client.until(() => client.news.some(({ grown }) => grown.length > 0), 'output')
    const attempt_id = client.news.flatMap(({ grown }) => grown)[0] ?? 0
    const first = await client.api('job:log', { attempt_id, from: null, max_bytes: 1_000 })
    expect(first.chunks.map(({ text }) => text).join('')).toBe('first\n')
    real.file('go', '')
    await real.reaches(id, 'succeeded')
    const rest = await client.api('job:log', { attempt_id, from: first.next, max_bytes: 1_000 })
    expect(rest).toMatchObject({ chunks: [{ stream: 'stdout', text: 'last\n' }], at_end: true })
    // A place that this owner does not remember is read on from, too.
    const elsewhere = first.next.replace(/^[^:]+/, '00000000-0000-4000-8000-000000000000')
    const again = await client.api('job:log', { attempt_id, from: elsewhere, max_bytes: 1_000 })
    expect(again.chunks.map(({ text }) => text)).toEqual(['last\n'])
  })
})

describe('a drop', () => {
  test('is previewed with its faults, and the good jobs are queued when asked for', async () => {
    const { real, server } = await openApi({ concurrency: 1 })
    const { api } = new TestClient(server)
    const file = real.file(
      'two.job.yaml',
      'version: 1\njobs:\n  - { name: good, command: echo good }\n  - { name: bad, comand: x }\n',
    )
    const preview = await api('drop:preview', { source: filesAt(file), recursive: false })
    expect(preview).toMatchObject({
      count: 1,
      jobs: [{ name: 'good', runs: 'echo good' }],
      untrusted_folders: [join(file, '..')],
    })
    expect(preview.problems[0]).toMatchObject({ file, line: 4, code: 'UNKNOWN_KEY' })
    const { drop_id } = preview
    await expect(api('drop:submit', { drop_id, skip_bad: true, trust: false })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    })
    await expect(api('drop:submit', { drop_id, skip_bad: false, trust: true })).rejects.toMatchObject({
      code: 'DROP_HAS_FAULTS',
    })
    const { first_id, count } = await api('drop:submit', {
      drop_id,
      skip_bad: true,
      trust: true,
      group: 'mine',
    })
    expect(count).toBe(1)
    expect((await real.reaches(first_id, 'succeeded')).job).toMatchObject({ name: 'good', group: 'mine' })
    await expect(api('drop:submit', { drop_id, skip_bad: true, trust: true })).rejects.toMatchObject({
      code: 'DROP_NOT_FOUND',
    })
    const second = await api('drop:preview', { source: filesAt(file), recursive: false })
    expect(second.untrusted_folders).toEqual([])
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
    const file = real.file('one.job.yaml', 'version: 1\nname: once\ncommand: [echo, once]\n')
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

  test('by path is refused to a browser, and one without jobs says so', async () => {
    const { real, server } = await openApi({ start: false })
    const source = filesAt(real.dir)
    const browser = new TestClient(server, { is_remote: true })
    await expect(browser.api('drop:preview', { source, recursive: false })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    })
    mkdirSync(real.path('empty'))
    const { api } = new TestClient(server)
    const empty = api('drop:preview', {
      source: filesAt(real.path('empty')),
      recursive: false,
    })
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
