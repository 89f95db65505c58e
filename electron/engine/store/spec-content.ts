import { hash } from 'node:crypto'
import { missingCase } from '../../../shared/errors.ts'
import type { JobSpec, Task } from '../../../shared/job-spec.ts'

/** Enough of a SHA-256 that two different contents never meet. */
const KEY_CHARS = 22

/** What was sent as content stands in a folder of its own each time; the same files are the same jobs all the same. */
const UPLOAD = /uploads([\\/]+)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** A spec as JSON, so that those of the same files are the same. */
export function comparable(spec_text: string): string {
  return spec_text.replaceAll(UPLOAD, 'uploads$1')
}

/**
 * What a job does, as a short text: what it runs, where and in which environment. Not what it is called, where it came
 * from, and when, how often or with which limits it runs.
 */
export function contentKey({ task, cwd, env = {}, slot_mark = '' }: JobSpec): string {
  const variables = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))
  const content = JSON.stringify([partsOf(task), cwd, variables, slot_mark])
  return hash('sha256', comparable(content), 'base64url').slice(0, KEY_CHARS)
}

/** A job whose values another puts into its texts, by the name it uses. */
export interface NamedNeeded {
  readonly label: string
  readonly job_id: number
}

/** What a job does that puts in what others came to: the same text does something else with other jobs. */
export function keyWithNeeded(key: string, needed: readonly NamedNeeded[]): string {
  const named = needed.map(({ label, job_id }) => JSON.stringify([label, job_id])).sort()
  return hash('sha256', JSON.stringify([key, ...named]), 'base64url').slice(0, KEY_CHARS)
}

function partsOf(task: Task): unknown[] {
  switch (task.kind) {
    case 'command':
      return [task.kind, task.argv, task.shell_command]
    case 'script':
      return [task.kind, task.sha256, task.original_path, task.interpreter, task.args]
    case 'module':
      return [task.kind, task.module, task.with ?? null]
    default:
      return missingCase(task)
  }
}
