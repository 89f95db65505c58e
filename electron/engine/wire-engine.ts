import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'
import { serialiseError } from '../../shared/errors.ts'
import { HOOKS_GROUP } from '../../shared/job-spec.ts'
import type { PoolStatus, UsualRun } from '../../shared/status.ts'
import { Actions } from './actions/actions.ts'
import { HaltWatch } from './actions/halt-watch.ts'
import { Sweeper } from './actions/sweeper.ts'
import { ActiveAttempts } from './dispatcher/active-attempts.ts'
import { AttemptLifecycle } from './dispatcher/attempt-lifecycle.ts'
import { Dispatcher } from './dispatcher/dispatcher.ts'
import { HandAhead } from './dispatcher/hand-ahead.ts'
import { LongJobWatch } from './dispatcher/long-job-watch.ts'
import { Stopper } from './dispatcher/stopper.ts'
import type { TransitionGuard } from './dispatcher/transition-guard.ts'
import { transitionGuard } from './dispatcher/transition-guard.ts'
import type { EngineOptions } from './engine-options.ts'
import { FinishHooks } from './finish-hooks/finish-hooks.ts'
import { isIdle } from './idle.ts'
import { EngineParts } from './engine-parts.ts'
import type { Loaded } from './load-engine.ts'
import { PoolControl } from './pool-control.ts'
import { DueTimer } from './queue/due-timer.ts'
import { ReadyQueue } from './queue/ready-queue.ts'
import type { MetaKey } from './store/store-operations.ts'
import type { Changes } from './store/store-records.ts'
import { IdSequence } from './submissions/id-sequence.ts'
import { SweepGroups } from './submissions/sweep-groups.ts'
import { Submitter } from './submissions/submitter.ts'
import { makeSchedules } from './wire-schedules.ts'
import { WorkerPool } from './worker-pool/worker-pool.ts'

/** Attempt ids are reserved by so many: one write of the mark for many claims. */
const ATTEMPT_ID_STEP = 10_000

/** What every part is made from. Parts refer to one another through `parts`, which is whole when anything is called. */
interface Wiring {
  readonly options: EngineOptions
  readonly loaded: Loaded
  readonly parts: EngineParts
  readonly now: () => number
  readonly onError: (error: unknown) => void
  readonly guard: TransitionGuard
  /** Jobs come in by the submitter and by schedules. */
  readonly jobIds: IdSequence
  readonly submissionIds: IdSequence
}

export function wireEngine(options: EngineOptions, loaded: Loaded): EngineParts {
  const { store } = options
  const { journal, bus, fault } = loaded
  const parts = new EngineParts()
  const wiring: Wiring = {
    options,
    loaded,
    parts,
    now: options.now ?? Date.now,
    onError: (error) => {
      fault(serialiseError(error))
    },
    guard: transitionGuard(options.strict ?? false, fault),
    jobIds: new IdSequence(loaded.next.job),
    submissionIds: new IdSequence(loaded.next.submission),
  }
  const { now, onError, guard } = wiring
  const announce = announcer(wiring)
  const setMeta = (key: MetaKey, value: string): void => {
    journal.write({ type: 'set-meta', key, value }).catch(onError)
  }
  Object.assign(parts, {
    bus,
    now,
    onError,
    store,
    journal,
    announce,
    setMeta,
    setGroup: groupSetter(wiring),
  })
  parts.active = new ActiveAttempts()
  parts.halts = new HaltWatch({
    actions: () => parts.actions,
    drop: ({ submission_id, first_job_id }) =>
      journal.write({ type: 'drop-halt-rule', submission_id, first_job_id }),
    onError,
  })
  parts.hooks = makeHooks(wiring)
  parts.attemptIds = new IdSequence(loaded.next.attempt, {
    step: ATTEMPT_ID_STEP,
    write: (below) => {
      setMeta('next_attempt_id', String(below))
    },
  })
  parts.queue = makeQueue(wiring)
  parts.pool = makePool(wiring)
  const handAhead = new HandAhead(options.onBadEnd === undefined)
  const usualRun = (name: string): Promise<UsualRun | null> => store.query({ type: 'usual-run', name })
  parts.stopper = new Stopper({ journal, announce, now, onFault: fault, guard, usualRun })
  parts.dispatcher = makeDispatcher(wiring, handAhead)
  parts.lifecycle = makeLifecycle(wiring, handAhead)
  parts.dueTimer = new DueTimer({ store, journal, announce, now, onError })
  parts.control = makeControl(wiring)
  parts.sweeper = new Sweeper({ journal, log_dir: options.paths.logs, now, onError })
  parts.watch = new LongJobWatch({
    dispatcher: parts.dispatcher,
    active: parts.active,
    onBegun: (attempt, at_ms) => {
      parts.lifecycle.onBegun(attempt, at_ms)
    },
    onError,
    now,
  })
  parts.submitter = makeSubmitter(wiring)
  parts.schedules = makeSchedules({ store, ...wiring })
  parts.actions = new Actions({
    store,
    journal,
    active: parts.active,
    dispatcher: parts.dispatcher,
    stopper: parts.stopper,
    dueTimer: parts.dueTimer,
    ensureGroup: (name) => parts.setGroup(name, {}),
    announce,
    now,
  })
  loaded.disk.onHealed = () => {
    parts.queue.invalidateAll()
    parts.dispatcher.request()
  }
  return parts
}

function announcer({ parts }: Wiring): (changes: Changes) => void {
  return (changes) => {
    for (const group_id of changes.stale_groups) parts.queue.invalidate(group_id)
    if (changes.changed.length > 0) parts.bus.emit('job:changed', { jobs: changes.changed })
    if (changes.ended.length > 0) parts.bus.emit('job:ended', { jobs: changes.ended })
    parts.halts.onChanged(changes.changed)
    parts.halts.onEnds(changes.ended)
    parts.hooks.onEnded(changes.ended, changes.due_hooks === true)
    parts.dispatcher.request()
  }
}

function groupSetter({ parts }: Wiring): EngineParts['setGroup'] {
  return async (name, change) => {
    const known = parts.queue.groupByName(name)
    // In memory first, so that nothing of the group is claimed while the pause is on its way to disk.
    if (known !== undefined && change.paused === true) parts.queue.setGroup({ ...known, paused: true })
    const group = await parts.journal.write({ type: 'set-group', name, ...change })
    parts.queue.setGroup(group)
    // What is held ahead counts against the new limit, and must not run where the group is paused.
    if (change.paused === true || change.parallel_limit != null) await parts.dispatcher.recallAll(group.id)
    parts.bus.emit('group:changed', group)
    parts.dispatcher.request()
    return group
  }
}

function makeQueue({ options, loaded, parts, onError }: Wiring): ReadyQueue {
  const queue = new ReadyQueue({
    load: (query) => options.store.query(query),
    concurrency: () => parts.pool.concurrency,
    onReady: () => {
      parts.dispatcher.request()
    },
    onLoadError: onError,
    isClaimed: (job_id) => parts.active.ofJob(job_id) !== undefined,
  })
  for (const group of loaded.groups) queue.setGroup(group)
  return queue
}

function makePool({ options, loaded, parts, now, onError }: Wiring): WorkerPool {
  const { paths } = options
  return new WorkerPool({
    spawn: options.spawnWorker,
    concurrency: options.concurrency ?? loaded.concurrency ?? availableParallelism(),
    init: (worker_id) => ({
      type: 'init',
      worker_id,
      data_id: loaded.data_id,
      start_file: join(paths.starts, `${loaded.owner_id}-${worker_id}`),
      log_dir: paths.logs,
      script_dir: paths.scripts,
      result_dir: paths.results,
    }),
    spool_dir: paths.spool,
    now,
    listener: {
      onReady: () => {
        parts.dispatcher.request()
      },
      onEvents: (runner, events) => {
        parts.lifecycle.onEvents(runner, events)
      },
      onGone: (runner, exit) => {
        parts.lifecycle.onGone(runner, exit).catch(onError)
      },
      onChange: (runner) => {
        if (!parts.bus.has('worker:changed')) return
        parts.bus.emit(
          'worker:changed',
          runner.status((attempt_id) => parts.active.get(attempt_id)?.job.id),
        )
      },
      onOutput: (runner, text) => {
        parts.bus.emit('worker:output', { worker_id: runner.worker_id, text })
      },
      onFault: loaded.fault,
    },
  })
}

function makeDispatcher({ loaded, parts, now }: Wiring, handAhead: HandAhead): Dispatcher {
  return new Dispatcher({
    queue: parts.queue,
    pool: parts.pool,
    active: parts.active,
    journal: parts.journal,
    specs: loaded.specs,
    handAhead,
    halts: parts.halts,
    nextAttemptId: () => parts.attemptIds.take(1),
    mayClaim: () => parts.control.state === 'running' && !loaded.disk.faulty,
    isHeldBack: () => {
      const hooks = parts.queue.groupByName(HOOKS_GROUP)
      return parts.hooks.isHolding || (hooks !== undefined && parts.queue.isUnknown(hooks.id))
    },
    announce: parts.announce,
    onBroken: (job, error) => {
      parts.lifecycle.endBroken(job, error)
    },
    neededValues: (job_ids) => parts.store.query({ type: 'needed-values', job_ids }),
    onUnfit: (attempt, error) => {
      parts.lifecycle.endUnfit(attempt, error)
    },
    now,
  })
}

function makeLifecycle(
  { options, loaded, parts, now, guard }: Wiring,
  handAhead: HandAhead,
): AttemptLifecycle {
  return new AttemptLifecycle({
    active: parts.active,
    dispatcher: parts.dispatcher,
    stopper: parts.stopper,
    journal: parts.journal,
    handAhead,
    bus: parts.bus,
    place: { data_id: loaded.data_id, script_dir: options.paths.scripts },
    announce: parts.announce,
    onDue: (at_ms) => {
      parts.dueTimer.consider(at_ms)
    },
    onFault: loaded.fault,
    onBadEnd: options.onBadEnd,
    halts: parts.halts,
    hooks: parts.hooks,
    guard,
    nextAttemptId: () => parts.attemptIds.take(1),
    now,
    random: options.random ?? Math.random,
  })
}

function makeHooks({ options, loaded, parts, onError }: Wiring): FinishHooks {
  return new FinishHooks(loaded.settings, {
    store: options.store,
    journal: loaded.journal,
    open: (label) => parts.submitter.open(label),
    isDone: async () => parts.control.state === 'running' && (await isIdle(parts)),
    onSettled: () => {
      parts.dispatcher.request()
    },
    onError,
    home: homedir(),
  })
}

function makeControl({ loaded, parts }: Wiring): PoolControl {
  return new PoolControl({
    journal: parts.journal,
    pool: parts.pool,
    active: parts.active,
    dispatcher: parts.dispatcher,
    stopper: parts.stopper,
    paused: loaded.paused,
    onChange: () => {
      parts.bus.emit('pool:changed', poolStatusOf(parts))
    },
  })
}

/** The pool as the outside sees it. */
export function poolStatusOf({
  control,
  pool,
  active,
}: Pick<EngineParts, 'control' | 'pool' | 'active'>): PoolStatus {
  return { state: control.state, concurrency: pool.concurrency, active: active.countStarted() }
}

function makeSubmitter({ parts, jobIds, submissionIds, now }: Wiring): Submitter {
  return new Submitter({
    journal: parts.journal,
    queue: parts.queue,
    bus: parts.bus,
    jobIds,
    submissionIds,
    ensureGroup: (name) => parts.setGroup(name, {}),
    sweepGroups: new SweepGroups({
      groupByName: (name) => parts.queue.groupByName(name),
      setGroup: parts.setGroup,
      counters: () => parts.store.query({ type: 'counters' }),
    }),
    onHaltRules: (rules) => {
      parts.halts.add(rules)
    },
    announce: parts.announce,
    onOffered: () => {
      parts.dispatcher.request()
    },
    onSchedules: () => void parts.schedules.look(),
    onDue: (at_ms) => {
      parts.dueTimer.consider(at_ms)
    },
    now,
  })
}
