import type { Group } from '../../../../shared/status.ts'
import type { StoreContext } from '../store-context.ts'
import { readAfterJob } from './finish-hooks.ts'
import type { OperationOf } from '../store-operations.ts'

interface GroupRow {
  readonly id: number
  readonly name: string
  readonly parallel_limit: number | null
  readonly paused: number
  readonly parent_id: number | null
}

const GROUP_COLUMNS = 'SELECT id, name, parallel_limit, paused, parent_id FROM job_group'

function toGroup({ id, name, parallel_limit, paused, parent_id }: GroupRow): Group {
  const group = { id, name, parallel_limit, paused: paused !== 0 }
  return parent_id === null ? group : { ...group, parent_id }
}

/** Creates the group where it is not there yet; fields that are missing stay as they are. */
export function setGroup(context: StoreContext, operation: OperationOf<'set-group'>): Group {
  const { name, parallel_limit, paused, parent_id } = operation
  context.sql('INSERT INTO job_group (name) VALUES (?) ON CONFLICT (name) DO NOTHING').run(name)
  if (parallel_limit !== undefined) {
    context.sql('UPDATE job_group SET parallel_limit = ? WHERE name = ?').run(parallel_limit, name)
  }
  if (parent_id !== undefined) {
    context.sql('UPDATE job_group SET parent_id = ? WHERE name = ?').run(parent_id, name)
  }
  if (paused !== undefined)
    context.sql('UPDATE job_group SET paused = ? WHERE name = ?').run(paused ? 1 : 0, name)
  const row = context.sql<GroupRow>(`${GROUP_COLUMNS} WHERE name = ?`).get(name)
  if (row === undefined) throw new Error(`The group ${name} is not there right after it was written.`)
  return toGroup(row)
}

export function readGroups(context: StoreContext): Group[] {
  return context.sql<GroupRow>(`${GROUP_COLUMNS} ORDER BY id`).all().map(toGroup)
}

export function setMeta(context: StoreContext, operation: OperationOf<'set-meta'>): null {
  context
    .sql('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(operation.key, operation.value)
  if (operation.key === 'after_job') context.after_job = readAfterJob(context)
  return null
}
