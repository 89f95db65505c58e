import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DropSource } from '../../shared/drop.ts'
import type { ApiSubject } from './api-contract.ts'
import { WireClient } from './api-wire-client.ts'

const NAME = 'two.job.yaml'
const TWO = 'version: 1\njobs:\n  - { name: good, command: echo good }\n  - { name: bad, comand: x }\n'

export function describeDrops({ kind, owner }: ApiSubject): void {
  /** The same file, as this transport may bring it. */
  const source = (): { readonly source: DropSource; readonly shown: string; readonly folders: string[] } => {
    if (kind.is_remote) return { source: { from: 'text', name: NAME, text: TWO }, shown: NAME, folders: [] }
    const { folder } = owner()
    const path = join(folder, NAME)
    writeFileSync(path, TWO)
    return { source: { from: 'paths', paths: [path] }, shown: path, folders: [folder] }
  }

  test('a drop is previewed with its faults, its good jobs are queued when asked for, and watched to their end', async () => {
    const client = await WireClient.over(owner().transport)
    const { api } = client
    await client.watch()
    const { source: dropped, shown, folders } = source()
    const preview = await api('drop:preview', { source: dropped, recursive: false })
    expect(preview).toMatchObject({
      count: 1,
      jobs: [{ name: 'good', runs: 'echo good' }],
      problems: [{ file: shown, line: 4, code: 'UNKNOWN_KEY' }],
      untrusted_folders: folders,
    })
    const { drop_id } = preview
    if (!kind.is_remote)
      await expect(api('drop:submit', { drop_id, skip_bad: true, trust: false })).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
      })
    await expect(api('drop:submit', { drop_id, skip_bad: false, trust: true })).rejects.toMatchObject({
      code: 'DROP_HAS_FAULTS',
    })
    const queued = await api('drop:submit', { drop_id, skip_bad: true, trust: true, group: 'mine' })
    await client.until(() => client.ended_count === 1, 'the end of the job')
    expect(queued).toMatchObject({ count: 1, last_id: queued.first_id })
    expect(client.deltas.flatMap(({ ended }) => ended?.jobs ?? [])).toMatchObject([
      { id: queued.first_id, name: 'good', state: 'succeeded', cause: 'exit', exit_code: 0 },
    ])
    expect(await api('job:show', { job_id: queued.first_id })).toMatchObject({ job: { group: 'mine' } })
    await expect(api('drop:submit', { drop_id, skip_bad: true, trust: true })).rejects.toMatchObject({
      code: 'DROP_NOT_FOUND',
    })
  })

  test(`a drop by path is ${kind.is_remote ? 'refused: the other side may be elsewhere' : 'taken'}`, async () => {
    const { folder, transport } = owner()
    const { api } = await WireClient.over(transport)
    const path = join(folder, 'one.job.yaml')
    writeFileSync(path, 'version: 1\ncommand: "true"\n')
    const preview = api('drop:preview', { source: { from: 'paths', paths: [path] }, recursive: false })
    if (kind.is_remote) await expect(preview).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
    else await expect(preview).resolves.toMatchObject({ count: 1 })
  })
}
