/**
 * Schema version 3: what the jobs of one sweep have in common. They lie in one range of ids of their submission, so no
 * job has a column for it, and a job of no sweep costs nothing.
 */
export const SCHEMA_0003 = `
-- A group inside a group: the limit and the pause of its parent hold for its jobs, too.
ALTER TABLE job_group ADD COLUMN parent_id INTEGER;

-- When the jobs of a sweep are to be stopped. Gone when that was done, or when none of them can end any more.
CREATE TABLE halt_rule (
  submission_id INTEGER NOT NULL,
  first_job_id  INTEGER NOT NULL,
  last_job_id   INTEGER NOT NULL,
  job_count     INTEGER NOT NULL,
  rule          TEXT NOT NULL,                 -- JSON, HaltRule of shared/job-spec.ts
  PRIMARY KEY (submission_id, first_job_id)
) STRICT, WITHOUT ROWID;
`
