import { JobyardError } from '../../shared/errors.ts'
import type { JobDetails } from '../../shared/status.ts'
import { openHistory } from '../engine/store/history.ts'

/**
 * Everything the history of a data directory tells of one job.
 * @throws JobyardError JOB_NOT_FOUND, DATA_DIR_UNUSABLE, DATA_TOO_NEW, DATA_CORRUPT
 */
export function findJob(data_dir: string, id: number): JobDetails {
  const history = openHistory(data_dir)
  try {
    const details = history.show(id)
    if (details !== null) return details
    throw new JobyardError('JOB_NOT_FOUND', `There is no job ${id} in ${data_dir}. See \`jobyard ls\`.`)
  } finally {
    history.close()
  }
}
