/** Schema version 4: what needed jobs came to, as it stands in the texts of others. Jobs without cost nothing. */
export const SCHEMA_0004 = `
-- How the job names the needed one in its texts; several names are lines. NULL: it does not.
ALTER TABLE need ADD COLUMN label TEXT;

-- What an attempt ran, where that is not what the spec says: values of needed jobs were put in.
CREATE TABLE attempt_ran (
  attempt_id INTEGER PRIMARY KEY,
  job_id     INTEGER NOT NULL,
  ran        TEXT NOT NULL                     -- for people
) STRICT;
CREATE INDEX attempt_ran_job ON attempt_ran (job_id);
`
