/**
 * Schema version 1.
 *
 * Design overview
 *
 * - `job` is what every transition updates, so it is narrow: the spec stands apart in `job_spec`, what an execution left
 *   behind in `attempt`. A job keeps the facts its waiting state follows from (`held`, `needs_open`, `due_ms`,
 *   `retry_at_ms`) even when it has ended: undo of a cancel computes the state anew from them.
 * - Secondary indexes are partial. A plain job touches two in its life: `job_ready` (in at the submit, out when it starts
 *   or ends) and `job_ended` (in when it ends). Each index that every transition touches costs a third of the rate.
 *   The rowid is the last column of every index, so "…, id" comes free in their order.
 * - A claim is a row in the tiny table `lease`, not a state: a leased job is still `queued`.
 * - A submission of several chunks is `open` until it is complete: its jobs are stored but invisible, which every query
 *   has to respect (`submission_id NOT IN (SELECT id FROM submission WHERE state = 'open')`, cheap: `submission_open`).
 *   Completing it flips one row; no job is touched. What it will add to the counters is kept in `open_counter` until then.
 * - `counter` is exact per commit. It counts visible jobs: not those of open submissions, not removed ones.
 * - Cleared and pruned jobs are hidden by `removed_by` (the action that may be undone) and deleted in steps later.
 * - No foreign keys: the operations delete what belongs together, and each enforced reference is a lookup a row.
 *
 * Times are epoch milliseconds (`_ms`). `state`, `cause` and the like hold the words of shared/job.ts.
 */
export const SCHEMA_0001 = `
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job_group (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  parallel_limit INTEGER,                      -- null: only the pool limits it
  paused         INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO job_group (id, name) VALUES (1, 'default');

CREATE TABLE submission (
  id           INTEGER PRIMARY KEY,
  label        TEXT NOT NULL,
  created_ms   INTEGER NOT NULL,
  state        TEXT NOT NULL,                  -- open | complete
  first_job_id INTEGER,                        -- its jobs lie between these two; others may, too
  last_job_id  INTEGER,
  job_count    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX submission_open ON submission (id) WHERE state = 'open';

CREATE TABLE job (
  id            INTEGER PRIMARY KEY,
  submission_id INTEGER NOT NULL,
  group_id      INTEGER NOT NULL,
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL,
  state         TEXT NOT NULL,
  priority      INTEGER NOT NULL,              -- higher first
  position      REAL NOT NULL,                 -- lower first; the id unless moved
  slots         INTEGER NOT NULL,
  held          INTEGER NOT NULL,              -- 0 | 1: a person holds it
  needs_open    INTEGER NOT NULL,              -- rows of need with status open
  due_ms        INTEGER,                       -- not before
  retry_at_ms   INTEGER,                       -- end of the backoff
  wake_ms       INTEGER,                       -- set while scheduled or retrying: when to look again
  attempts      INTEGER NOT NULL DEFAULT 0,    -- started, in its whole life
  tries         INTEGER NOT NULL DEFAULT 0,    -- started since the submit or the last restart
  cause         TEXT,                          -- set while ended or interrupted, like ended_ms
  exit_code     INTEGER,
  stop_reason   TEXT,                          -- set while stopping
  queued_ms     INTEGER NOT NULL,              -- of the submit or the last restart
  started_ms    INTEGER,                       -- of the latest attempt since then
  ended_ms      INTEGER,
  unique_key    TEXT,
  touched_by    INTEGER,                       -- the latest action a person did to it, if that can be undone
  removed_by    INTEGER                        -- the clear or prune that hides it
) STRICT;
CREATE INDEX job_ready ON job (group_id, priority DESC, position) WHERE state = 'queued';
CREATE INDEX job_wake ON job (wake_ms) WHERE wake_ms IS NOT NULL;
-- Newest first: ORDER BY ended_ms DESC, id DESC. Holds interrupted jobs, too.
CREATE INDEX job_ended ON job (ended_ms) WHERE ended_ms IS NOT NULL AND removed_by IS NULL;
-- "What went wrong": a few failures among a million successes are found without reading the successes.
CREATE INDEX job_bad_end ON job (state, ended_ms)
  WHERE state <> 'queued' AND state <> 'succeeded' AND state <> 'held' AND state <> 'blocked' AND state <> 'scheduled'
    AND state <> 'retrying' AND state <> 'running' AND state <> 'suspended' AND state <> 'stopping'
    AND state <> 'interrupted' AND removed_by IS NULL;
-- Everything that is neither queued nor ended. A short job is never stored in one of these states.
-- SQLite takes a partial index only where the query repeats its condition word for word: see job-sql.ts.
CREATE INDEX job_active ON job (state)
  WHERE state <> 'queued' AND state <> 'succeeded' AND state <> 'failed' AND state <> 'cancelled' AND state <> 'skipped';
CREATE INDEX job_removed ON job (removed_by) WHERE removed_by IS NOT NULL;
CREATE INDEX job_unique_key ON job (unique_key) WHERE unique_key IS NOT NULL;

CREATE TABLE job_spec (
  job_id INTEGER PRIMARY KEY,
  spec   TEXT NOT NULL                         -- JSON, shared/job-spec.ts
) STRICT;

CREATE TABLE attempt (
  id            INTEGER PRIMARY KEY,
  job_id        INTEGER NOT NULL,
  number        INTEGER NOT NULL,              -- 1 for the first of its job
  worker_id     INTEGER NOT NULL,
  pid           INTEGER,
  process_start TEXT,
  started_ms    INTEGER NOT NULL,
  ended_ms      INTEGER,                       -- null: runs, or its owner died
  cause         TEXT,
  exit_code     INTEGER,
  signal        TEXT,
  error         TEXT,
  result        TEXT,                          -- JSON
  stdout_bytes  INTEGER,                       -- null: no log
  stderr_bytes  INTEGER,
  cut_bytes     INTEGER
) STRICT;
CREATE INDEX attempt_job ON attempt (job_id);

CREATE TABLE lease (
  job_id     INTEGER PRIMARY KEY,
  attempt_id INTEGER NOT NULL,
  worker_id  INTEGER NOT NULL,
  claimed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE need (
  job_id       INTEGER NOT NULL,               -- this job
  needs_job_id INTEGER NOT NULL,               -- needs this one; may be deleted already: then the status stands
  condition    TEXT NOT NULL,                  -- success | failure | always
  status       TEXT NOT NULL,                  -- open | met | unmeetable
  PRIMARY KEY (job_id, needs_job_id, condition)
) STRICT, WITHOUT ROWID;
CREATE INDEX need_of ON need (needs_job_id);

CREATE TABLE counter (
  group_id INTEGER NOT NULL,
  state    TEXT NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (group_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE open_counter (
  submission_id INTEGER NOT NULL,
  group_id      INTEGER NOT NULL,
  state         TEXT NOT NULL,
  count         INTEGER NOT NULL,
  PRIMARY KEY (submission_id, group_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE action (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,     -- never reused: an old undo must not meet a new action
  kind  TEXT NOT NULL,                         -- cancel | move | clear | prune
  at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,                         -- done | undone | expired
  count INTEGER NOT NULL
) STRICT;

-- What cancel and move did to which job. (Clear and prune need no rows: job.removed_by says it.)
CREATE TABLE action_job (
  action_id INTEGER NOT NULL,
  job_id    INTEGER NOT NULL,
  priority  INTEGER,                           -- before a move
  position  REAL,
  PRIMARY KEY (action_id, job_id)
) STRICT, WITHOUT ROWID;
`
