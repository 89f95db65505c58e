/** Schema version 6: commands that follow the end of jobs. A job without one costs nothing. */
export const SCHEMA_0006 = `
-- After which end its own command follows: NeedCondition of shared/job.ts. NULL: it has none.
ALTER TABLE job ADD COLUMN hook_if TEXT;
CREATE INDEX job_hook ON job (id) WHERE hook_if IS NOT NULL;

-- Ends that are still to be followed, written with the end itself. Gone in the commit that queues the command.
CREATE TABLE due_hook (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id  INTEGER NOT NULL,
  own     INTEGER NOT NULL,           -- 1: by the command of the job
  general INTEGER NOT NULL,           -- 1: by the one of the settings
  ended   TEXT NOT NULL               -- JSON, EndedJob of shared/status.ts: the job may be restarted meanwhile
) STRICT;
CREATE INDEX due_hook_job ON due_hook (job_id);
`
