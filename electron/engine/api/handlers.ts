import { JobyardError, missingCase } from '../../../shared/errors.ts'
import type { Handlers, JobVerb, WorkerUsage } from '../../../shared/ipc.ts'
import type { Selection } from '../../../shared/selection.ts'
import type { ActionOutcome } from '../../../shared/status.ts'
import { processUsage } from '../../process/process-usage.ts'
import type { Actions } from '../actions/actions.ts'
import type { OwnedEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { ThreadHistory } from '../store/thread-history.ts'
import type { WhenDoneKeeper } from '../when-done/when-done.ts'
import type { WatchFolders } from '../watch-folders/watch-folders.ts'
import type { Drops } from './drops.ts'
import type { LogPieces } from './log-pieces.ts'
import { recipeDraft } from '../recipes/recipe-draft.ts'
import type { RecipeStore } from '../recipes/recipe-store.ts'
import type { SettingsKeeper } from './settings-keeper.ts'

export interface HandlerOptions {
  readonly owned: OwnedEngine
  readonly history: ThreadHistory
  readonly drops: Drops
  readonly logs: LogPieces
  readonly settings: SettingsKeeper
  readonly recipes: RecipeStore
  readonly watch_folders: WatchFolders
  readonly when_done: WhenDoneKeeper
  /** Jobs were moved, edited or hidden, which changes no state. */
  readonly onJobsTouched: () => void
}

/** What each endpoint does. */
export function makeHandlers(options: HandlerOptions): Handlers {
  return {
    ...poolHandlers(options),
    ...jobHandlers(options),
    ...historyHandlers(options),
    ...scheduleHandlers(options),
    ...recipeHandlers(options),
    ...watchHandlers(options),
    ...whenDoneHandlers(options),
    ...otherHandlers(options),
  }
}

function poolHandlers({
  owned: { engine },
}: HandlerOptions): Pick<
  Handlers,
  | 'pool:start'
  | 'pool:pause'
  | 'pool:resume'
  | 'pool:stop'
  | 'pool:set-concurrency'
  | 'group:set'
  | 'worker:recycle'
  | 'workers:usage'
> {
  return {
    'pool:start': async () => {
      await engine.start()
      return engine.poolStatus()
    },
    'pool:pause': async () => {
      await engine.pause()
      return engine.poolStatus()
    },
    'pool:resume': async () => {
      await engine.resume()
      return engine.poolStatus()
    },
    'pool:stop': ({ now }) => {
      const { state } = engine.poolStatus()
      // Asked again, the engine would take it as a request to stop what runs.
      if (state !== 'stopped' && (now || state !== 'draining')) void engine.stop({ now })
      return Promise.resolve(engine.poolStatus())
    },
    'pool:set-concurrency': async ({ concurrency }) => {
      await engine.setConcurrency(concurrency)
      return engine.poolStatus()
    },
    'group:set': ({ name, ...change }) => engine.setGroup(name, change),
    'worker:recycle': async ({ worker_id }) => {
      await engine.recycleWorker(worker_id)
      return null
    },
    'workers:usage': () => workersUsage(engine),
  }
}

async function workersUsage(engine: Engine): Promise<WorkerUsage[]> {
  const pids = new Map<number, number>()
  for (const { worker_id, pid } of engine.workers()) if (pid !== null) pids.set(pid, worker_id)
  const usage = await processUsage([...pids.keys()])
  return usage.map(({ pid, cpu_ms, memory_bytes }) => ({
    worker_id: pids.get(pid) ?? 0,
    cpu_ms,
    memory_bytes,
  }))
}

function jobHandlers({
  owned: { engine },
  onJobsTouched,
}: HandlerOptions): Pick<Handlers, 'jobs:act' | 'jobs:move' | 'jobs:edit' | 'jobs:prune' | 'jobs:undo'> {
  const { actions } = engine
  const touching = async (outcome: Promise<ActionOutcome>): Promise<ActionOutcome> => {
    const done = await outcome
    onJobsTouched()
    return done
  }
  return {
    'jobs:act': ({ verb, selection }) => touching(act(actions, verb, selection)),
    'jobs:move': ({ selection, target }) => touching(actions.move(selection, target)),
    'jobs:edit': ({ selection, ...patch }) => touching(actions.edit(selection, patch)),
    'jobs:prune': ({ older_than_ms }) => touching(actions.prune(older_than_ms)),
    'jobs:undo': ({ action_ids }) => touching(actions.undo(action_ids)),
  }
}

function act(actions: Actions, verb: JobVerb, selection: Selection): Promise<ActionOutcome> {
  switch (verb) {
    case 'cancel':
      return actions.cancel(selection)
    case 'cancel-now':
      return actions.cancel(selection, true)
    case 'hold':
      return actions.hold(selection)
    case 'release':
      return actions.release(selection)
    case 'retry':
      return actions.restart(selection)
    case 'requeue':
    case 'fail':
      return actions.resolveInterrupted(selection, verb)
    case 'suspend':
      return actions.suspend(selection)
    case 'resume':
      return actions.resume(selection)
    case 'clear':
      return actions.clear(selection)
    default:
      return missingCase(verb)
  }
}

function historyHandlers({
  logs,
  history,
}: HandlerOptions): Pick<
  Handlers,
  | 'jobs:list'
  | 'jobs:rows'
  | 'jobs:count'
  | 'jobs:search-output'
  | 'jobs:export'
  | 'job:show'
  | 'job:log'
  | 'history:stats'
> {
  return {
    'jobs:list': (query, { signal }) => history.list(query, signal),
    'jobs:rows': ({ ids }, { signal }) => history.rows(ids, signal),
    'jobs:count': ({ filter }, { signal }) => history.count(filter, signal),
    'jobs:search-output': (search, { signal }) => history.searchOutput(search, signal),
    'jobs:export': (page, { signal }) => history.exportPage(page, signal),
    'job:show': ({ job_id }, { signal }) => history.show(job_id, signal),
    'job:log': ({ attempt_id, from, max_bytes }) => logs.read(attempt_id, from, max_bytes),
    'history:stats': (span, { signal }) => history.stats(span, signal),
  }
}

function scheduleHandlers({
  owned: { engine },
}: HandlerOptions): Pick<Handlers, 'schedules:list' | 'schedules:remove'> {
  return {
    'schedules:list': () => engine.schedules(),
    'schedules:remove': async ({ ids }) => ({ count: await engine.removeSchedules(ids) }),
  }
}

function recipeHandlers({
  recipes,
  history,
}: HandlerOptions): Pick<
  Handlers,
  'recipes:list' | 'recipes:text' | 'recipes:save' | 'recipes:remove' | 'recipes:draft'
> {
  return {
    'recipes:list': () => recipes.list(),
    'recipes:text': ({ name }) => recipes.text(name),
    'recipes:save': ({ file_name, text, replace }) => recipes.save(file_name, text, replace),
    'recipes:remove': ({ name }) => recipes.remove(name),
    'recipes:draft': async ({ job_id, hole }, { signal }) => {
      const job = await history.show(job_id, signal)
      if (job === null) throw new JobyardError('JOB_NOT_FOUND', `There is no job ${job_id} here.`)
      return { text: recipeDraft(job.spec, hole) }
    },
  }
}

function watchHandlers({
  watch_folders,
}: HandlerOptions): Pick<Handlers, 'watches:list' | 'watches:add' | 'watches:set' | 'watches:remove'> {
  return {
    'watches:list': () => watch_folders.list(),
    'watches:add': (watch) => watch_folders.add(watch),
    'watches:set': async ({ id, enabled }) => ({ count: await watch_folders.set(id, enabled) }),
    'watches:remove': async ({ ids }) => ({ count: await watch_folders.remove(ids) }),
  }
}

function whenDoneHandlers({
  when_done,
}: HandlerOptions): Pick<Handlers, 'when-done:get' | 'when-done:set' | 'when-done:now'> {
  return {
    'when-done:get': () => Promise.resolve(when_done.status),
    'when-done:set': async ({ choice }) => {
      await when_done.set(choice)
      return when_done.status
    },
    'when-done:now': () => Promise.resolve({ done: when_done.now() }),
  }
}

function otherHandlers({
  drops,
  settings,
}: HandlerOptions): Pick<
  Handlers,
  'drop:preview' | 'drop:submit' | 'drop:discard' | 'settings:get' | 'settings:set'
> {
  return {
    'drop:preview': (input, { is_remote }) => drops.preview(input, is_remote),
    'drop:submit': (input) => drops.submit(input),
    'drop:discard': ({ drop_id }) => {
      drops.discard(drop_id)
      return Promise.resolve(null)
    },
    'settings:get': () => Promise.resolve(settings.current),
    'settings:set': (change) => settings.change(change),
  }
}
