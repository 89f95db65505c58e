import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DropSource } from '../../shared/drop.ts'
import { openApi, TestClient } from './api-harness.ts'

const COPY = `accepts: ['*.dat']\ncommand: [cp, '{}', '{output}']\noutput: out/{/}\n`

test('what is no job is offered the recipes that take it, and becomes jobs with one of them', async () => {
  const { real, server } = await openApi({ concurrency: 1 })
  const { api } = new TestClient(server)
  for (const [name, text] of [
    ['copy', COPY],
    ['every', 'command: [cat, "{}"]\n'],
    ['film', 'accepts: .mov\ncommand: [cat, "{}"]\n'],
  ] as const)
    expect(await api('recipes:save', { file_name: name, text, replace: false })).toMatchObject({
      problems: [],
    })
  const file = real.file('a.dat', 'data')
  const source: DropSource = { from: 'paths', paths: [file] }
  const unknown = await api('drop:preview', { source, recursive: false })
  expect(unknown).toMatchObject({ count: 0, problems: [{ code: 'NOT_A_JOB_FILE' }] })
  expect(unknown.offers).toEqual([
    { name: 'copy', title: null, files: ['a.dat'] },
    { name: 'every', title: null, files: ['a.dat'] },
  ])
  const input = { source, recursive: false, recipe: { name: 'copy' } }
  const { drop_id, count, untrusted_folders } = await api('drop:preview', input)
  expect([count, untrusted_folders]).toEqual([1, []])
  const output = join(file, '../out/a.dat')
  expect(existsSync(join(file, '../out'))).toBe(false)
  const { first_id } = await api('drop:submit', { drop_id, skip_bad: false, trust: false })
  await real.reaches(first_id, 'succeeded')
  expect(readFileSync(output, 'utf8')).toBe('data')
  const again = await api('drop:preview', input)
  expect(again).toMatchObject({
    count: 0,
    problem_count: 0,
    left_files: { count: 1, first: [{ file, output }] },
  })
  const draft = await api('recipes:draft', { job_id: first_id, hole: file })
  expect(draft.text).toContain('- cp\n  - "{}"\n')
})

test('content that a browser sends goes through a recipe by its name only, and stays where it was sent to', async () => {
  const { real, server } = await openApi({ concurrency: 1 })
  const { api } = new TestClient(server, { is_remote: true })
  await api('recipes:save', { file_name: 'copy', text: COPY, replace: false })
  const text = { from: 'text', name: 'a.dat', text: 'sent' } as const
  const file = api('drop:preview', { source: text, recursive: false, recipe: { file: '/etc/x.recipe.yaml' } })
  await expect(file).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  const { drop_id, jobs } = await api('drop:preview', {
    source: text,
    recursive: false,
    recipe: { name: 'copy' },
  })
  const { first_id } = await api('drop:submit', { drop_id, skip_bad: false, trust: false })
  await real.reaches(first_id, 'succeeded')
  expect(readFileSync(join(jobs[0]?.cwd ?? '', 'out/a.dat'), 'utf8')).toBe('sent')
  expect(jobs[0]?.cwd.startsWith(real.paths.uploads)).toBe(true)
})

test('a recipe that is removed comes back by saving what was answered', async () => {
  const { server } = await openApi({ start: false })
  const { api } = new TestClient(server)
  await api('recipes:save', { file_name: 'copy.recipe.yaml', text: COPY, replace: false })
  const removed = await api('recipes:remove', { name: 'copy' })
  expect(await api('recipes:list', {})).toEqual([])
  await expect(api('recipes:text', { name: 'copy' })).rejects.toMatchObject({ code: 'RECIPE_NOT_FOUND' })
  await api('recipes:save', { file_name: removed.file_name, text: removed.text, replace: false })
  expect(await api('recipes:list', {})).toMatchObject([{ name: 'copy', about: { accepts: ['*.dat'] } }])
})
