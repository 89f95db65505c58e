/** What the words of the engine are called on screen. */
import type { Cause, JobState, PoolState, WaitReason } from '../../shared/job.ts'
import type { WorkerState } from '../../shared/status.ts'
import type { WhenDone } from '../../shared/when-done.ts'

export const STATE_WORDS: Readonly<Record<JobState, string>> = {
  held: 'Held',
  blocked: 'Blocked',
  scheduled: 'Scheduled',
  retrying: 'Retrying',
  queued: 'Queued',
  running: 'Running',
  suspended: 'Suspended',
  stopping: 'Stopping',
  interrupted: 'Interrupted',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  skipped: 'Skipped',
}

export const WAIT_WORDS: Readonly<Record<WaitReason, string>> = {
  'pool-paused': 'Pool is paused',
  'pool-stopped': 'Pool is stopped',
  'group-paused': 'Group is paused',
  'group-full': 'Group is at its limit',
  'no-slot': 'Waits for free places',
  dependency: 'Waits for other jobs',
  'begin-time': 'Not due yet',
  backoff: 'Waits before the next try',
  held: 'Held by you',
}

export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  exit: 'Exit code',
  exception: 'Exception',
  signal: 'Signal',
  timeout: 'Timed out',
  memory: 'Out of memory',
  'spawn-error': 'Could not start',
  'worker-lost': 'Worker was lost',
  'app-crash': 'Jobyard crashed',
  'power-loss': 'Machine went down',
  dependency: 'A needed job did not succeed',
  user: 'Stopped by you',
  halt: 'Stopped with its sweep',
}

export const POOL_WORDS: Readonly<Record<PoolState, string>> = {
  running: 'Running',
  paused: 'Paused',
  draining: 'Stopping',
  stopped: 'Stopped',
}

export const WORKER_WORDS: Readonly<Record<WorkerState, string>> = {
  starting: 'Starting',
  idle: 'Idle',
  busy: 'Busy',
  stopping: 'Stopping',
  gone: 'Gone',
}

export const WHEN_DONE_WORDS: Readonly<Record<WhenDone, string>> = {
  nothing: 'Nothing',
  quit: 'Quit',
  sleep: 'Sleep',
  'shut-down': 'Shut down',
}
