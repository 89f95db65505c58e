/**
 * Schema version 2: what a plain job has nothing of costs it nothing. The new columns are null and the indexes are partial,
 * so that a job without a relative timeout, a unique key or a schedule touches none of them.
 */
export const SCHEMA_0002 = `
ALTER TABLE job ADD COLUMN timed INTEGER;       -- 1: its timeout is a share of what jobs of its name take
ALTER TABLE job ADD COLUMN schedule_id INTEGER; -- the schedule that submitted it

-- With the state, because a key that is used every minute has a million ended jobs behind it.
DROP INDEX job_unique_key;
CREATE INDEX job_unique ON job (unique_key, state) WHERE unique_key IS NOT NULL;
CREATE INDEX job_schedule ON job (schedule_id, state) WHERE schedule_id IS NOT NULL;
CREATE INDEX job_timed ON job (name, ended_ms) WHERE timed IS NOT NULL AND state = 'succeeded';

CREATE TABLE schedule (
  id            INTEGER PRIMARY KEY,            -- one of the ids of jobs
  submission_id INTEGER NOT NULL,               -- while that is open nothing comes of it
  name          TEXT NOT NULL,
  spec          TEXT NOT NULL,                  -- as in job_spec, with its schedule
  created_ms    INTEGER NOT NULL,
  computed_ms   INTEGER NOT NULL,               -- when next_ms was computed
  next_ms       INTEGER,                        -- when it submits next; null: never again
  last_ms       INTEGER,                        -- the time for which it submitted last
  last_job_id   INTEGER,
  skipped       INTEGER NOT NULL DEFAULT 0      -- times that were passed over
) STRICT;
CREATE INDEX schedule_next ON schedule (next_ms) WHERE next_ms IS NOT NULL;
`
