import type { StoreContext } from '../store-context.ts'
import type { JobInsert } from '../store-records.ts'
import { keepIds } from './next-ids.ts'

/** Nothing comes of it before its submission is complete. */
export function insertSchedule(
  context: StoreContext,
  submission_id: number,
  { id, name, spec_json }: JobInsert,
  next_ms: number | null,
  at_ms: number,
): void {
  context
    .sql(
      'INSERT INTO schedule (id, submission_id, name, spec, created_ms, computed_ms, next_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(id, submission_id, name, spec_json, at_ms, at_ms, next_ms)
}

/** Of a submission that is given up. */
export function deleteSchedulesOf(context: StoreContext, submission_id: number): void {
  const highest = context.number('SELECT max(id) FROM schedule WHERE submission_id = ?', submission_id)
  keepIds(context, 'next_job_id', highest)
  context.sql('DELETE FROM schedule WHERE submission_id = ?').run(submission_id)
}
