import { z } from 'zod'
import { CAUSES, ENDED_STATES, NEED_CONDITIONS } from '../../../../shared/job.ts'
import type { NeedCondition } from '../../../../shared/job.ts'
import { needStatus } from '../../../../shared/job-state.ts'
import { HOOKS_GROUP } from '../../../../shared/job-spec.ts'
import type { EndedJob } from '../../../../shared/status.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf, OperationResult } from '../store-operations.ts'
import type { AnswerOf, QueryOf } from '../store-queries.ts'

const INSERT = 'INSERT INTO due_hook (job_id, own, general, ended) VALUES (?, ?, ?, ?)'
const FACTS =
  'SELECT hook_if, job_group.name AS group_name FROM job JOIN job_group ON job_group.id = group_id WHERE job.id = ?'
const READ = `SELECT due_hook.id, own, general, ended, job_group.name AS group_name, spec
  FROM due_hook JOIN job ON job.id = due_hook.job_id JOIN job_group ON job_group.id = job.group_id
  JOIN job_spec ON job_spec.job_id = job.id WHERE due_hook.id > ? ORDER BY due_hook.id LIMIT ?`

const endedSchema: z.ZodType<EndedJob> = z.object({
  ...{ id: z.int(), submission_id: z.int(), name: z.string() },
  state: z.enum([...ENDED_STATES, 'interrupted']),
  cause: z.enum(CAUSES),
  ...{ exit_code: z.int().nullable(), attempts: z.int(), queued_ms: z.number() },
  ...{ started_ms: z.number().nullable(), ended_ms: z.number(), result: z.string().nullable() },
})

const conditionSchema = z.enum(NEED_CONDITIONS)

/**
 * Puts down which of the jobs that an operation has ended are to be followed by a command: in the transaction of the end
 * itself, so that no end goes without, whenever the owner dies.
 */
export function noteDueHooks(context: StoreContext, result: OperationResult): OperationResult {
  if (!context.has_hooks && context.after_job === null) return result
  if (result === null || typeof result !== 'object' || !('ended' in result)) return result
  let due_hooks = false
  for (const job of result.ended) {
    if (job.state === 'interrupted') continue
    const facts = context.sql<{ hook_if: string | null; group_name: string }>(FACTS).get(job.id)
    if (facts === undefined) continue
    const own = follows(conditionOf(facts.hook_if), job)
    // No command follows those of the settings: it would follow itself.
    const general = facts.group_name !== HOOKS_GROUP && follows(context.after_job, job)
    // What it came to is no field of a command, and may be long.
    const ended: EndedJob = { ...job, result: null }
    if (own || general) context.sql(INSERT).run(job.id, own ? 1 : 0, general ? 1 : 0, JSON.stringify(ended))
    due_hooks ||= own || general
  }
  return due_hooks ? { ...result, due_hooks } : result
}

function follows(condition: NeedCondition | null, { state }: EndedJob): boolean {
  return condition !== null && needStatus(condition, state) === 'met'
}

function conditionOf(text: string | null): NeedCondition | null {
  return text === null ? null : conditionSchema.parse(text)
}

/** @returns null where no command follows the jobs in general */
export function readAfterJob(context: StoreContext): NeedCondition | null {
  const text = context.text(`SELECT value FROM meta WHERE key = 'after_job'`)
  return text === '' ? null : conditionOf(text)
}

interface DueRow {
  readonly id: number
  readonly own: number
  readonly general: number
  readonly ended: string
  readonly group_name: string
  readonly spec: string
}

/** In the order of the ends. What was deleted meanwhile is not among them. */
export function readDueHooks(
  context: StoreContext,
  { after_id, limit }: QueryOf<'due-hooks'>,
): AnswerOf<'due-hooks'> {
  return context
    .sql<DueRow>(READ)
    .all(after_id, limit)
    .map(({ id, own, general, ended, group_name, spec }) => ({
      ...{ id, own: own === 1, general: general === 1, group: group_name, spec_json: spec },
      job: endedSchema.parse(JSON.parse(ended)),
    }))
}

export function dropDueHooks(
  context: StoreContext,
  { ids }: Pick<OperationOf<'drop-due-hooks'>, 'ids'>,
): null {
  context.sql('DELETE FROM due_hook WHERE id IN (SELECT value FROM json_each(?))').run(JSON.stringify(ids))
  return null
}
