import type { StoreContext } from '../store-context.ts'
import { keepIds } from './next-ids.ts'

/** Deletes the jobs in `work` with all that belongs to them alone. */
export function deleteWork(context: StoreContext): void {
  keepIds(context, 'next_job_id', context.number('SELECT max(id) FROM temp.work'))
  context.sql('DELETE FROM attempt WHERE job_id IN (SELECT id FROM temp.work)').run()
  if (context.has_needs) {
    context.sql('DELETE FROM need WHERE job_id IN (SELECT id FROM temp.work)').run()
    context.sql('DELETE FROM attempt_ran WHERE job_id IN (SELECT id FROM temp.work)').run()
  }
  context.sql('DELETE FROM due_hook WHERE job_id IN (SELECT id FROM temp.work)').run()
  context.sql('DELETE FROM job_spec WHERE job_id IN (SELECT id FROM temp.work)').run()
  context.sql('DELETE FROM job WHERE id IN (SELECT id FROM temp.work)').run()
}
