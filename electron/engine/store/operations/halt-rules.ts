import { haltRuleSchema } from '../../../../shared/job-spec.ts'
import { ENDED_STATES } from '../../../../shared/job.ts'
import { sqlList } from '../job-sql.ts'
import type { StoreContext } from '../store-context.ts'
import type { OperationOf } from '../store-operations.ts'
import type { HaltRuleLeft } from '../store-records.ts'

const INSERT = `INSERT INTO halt_rule (submission_id, first_job_id, last_job_id, job_count, rule) VALUES (?, ?, ?, ?, ?)`

export function addHaltRules(context: StoreContext, { rules }: OperationOf<'add-halt-rules'>): null {
  for (const { submission_id, first_job_id, last_job_id, job_count, rule } of rules) {
    context.sql(INSERT).run(submission_id, first_job_id, last_job_id, job_count, JSON.stringify(rule))
  }
  return null
}

export function dropHaltRule(context: StoreContext, operation: OperationOf<'drop-halt-rule'>): null {
  context
    .sql('DELETE FROM halt_rule WHERE submission_id = ? AND first_job_id = ?')
    .run(operation.submission_id, operation.first_job_id)
  return null
}

interface RuleRow {
  readonly submission_id: number
  readonly first_job_id: number
  readonly last_job_id: number
  readonly job_count: number
  readonly rule: string
}

const RANGE = 'id BETWEEN @first_job_id AND @last_job_id AND submission_id = @submission_id'

/** The rules, with what has become of their jobs. */
export function readHaltRules(context: StoreContext): HaltRuleLeft[] {
  return context
    .sql<RuleRow>('SELECT submission_id, first_job_id, last_job_id, job_count, rule FROM halt_rule')
    .all()
    .map((row) => ({ ...row, rule: haltRuleSchema.parse(JSON.parse(row.rule)), ...fateOf(context, row) }))
}

function fateOf(context: StoreContext, range: RuleRow): Pick<HaltRuleLeft, 'ended' | 'is_over'> {
  const { submission_id, first_job_id, last_job_id } = range
  const parameters = { submission_id, first_job_id, last_job_id }
  const ended = context
    .sql<HaltRuleLeft['ended'][number]>(
      `SELECT id, state FROM job WHERE ${RANGE} AND state IN ('succeeded', 'failed')`,
    )
    .all(parameters)
  const open = context.number(
    `SELECT 1 FROM job WHERE ${RANGE} AND state NOT IN (${sqlList(ENDED_STATES)}) LIMIT 1`,
    parameters,
  )
  return { ended, is_over: open === null }
}
