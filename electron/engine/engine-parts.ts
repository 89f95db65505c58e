import type { Group } from '../../shared/status.ts'
import type { Actions } from './actions/actions.ts'
import type { HaltWatch } from './actions/halt-watch.ts'
import type { Sweeper } from './actions/sweeper.ts'
import type { ActiveAttempts } from './dispatcher/active-attempts.ts'
import type { AttemptLifecycle } from './dispatcher/attempt-lifecycle.ts'
import type { Dispatcher } from './dispatcher/dispatcher.ts'
import type { LongJobWatch } from './dispatcher/long-job-watch.ts'
import type { Stopper } from './dispatcher/stopper.ts'
import type { EventBus } from './events/event-bus.ts'
import type { FinishHooks } from './finish-hooks/finish-hooks.ts'
import type { PoolControl } from './pool-control.ts'
import type { DueTimer } from './queue/due-timer.ts'
import type { ReadyQueue } from './queue/ready-queue.ts'
import type { Journal } from './store/journal.ts'
import type { MetaKey } from './store/store-operations.ts'
import type { Changes } from './store/store-records.ts'
import type { Store } from './store/store.ts'
import type { ScheduleKeeper } from './schedules/schedule-keeper.ts'
import type { IdSequence } from './submissions/id-sequence.ts'
import type { Submitter } from './submissions/submitter.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

/** The parts of an engine. They refer to one another, so they are set one after the other; whole when `wireEngine` returns. */
export class EngineParts {
  bus!: EventBus
  now!: () => number
  onError!: (error: unknown) => void
  store!: Store
  journal!: Journal
  active!: ActiveAttempts
  queue!: ReadyQueue
  pool!: WorkerPool
  dispatcher!: Dispatcher
  stopper!: Stopper
  lifecycle!: AttemptLifecycle
  dueTimer!: DueTimer
  control!: PoolControl
  submitter!: Submitter
  schedules!: ScheduleKeeper
  actions!: Actions
  watch!: LongJobWatch
  halts!: HaltWatch
  hooks!: FinishHooks
  sweeper!: Sweeper
  attemptIds!: IdSequence
  /** Tells what a commit changed, and lets the dispatcher look again. */
  announce!: (changes: Changes) => void
  setMeta!: (key: MetaKey, value: string) => void
  /** Creates the group where it is not there; sets its limit (null: none) or pause flag. */
  setGroup!: (name: string, change: GroupChange) => Promise<Group>
}

export interface GroupChange {
  readonly parallel_limit?: number | null
  readonly paused?: boolean
  readonly parent_id?: number
}
