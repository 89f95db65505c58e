import type { Handlers } from '../../../shared/ipc.ts'
import { JobyardError } from '../../../shared/errors.ts'
import { API_VERSION } from '../../../shared/api-protocol.ts'
import type { OwnedEngine } from '../create-engine.ts'
import type { EventBus } from '../events/event-bus.ts'
import { RecipeStore } from '../recipes/recipe-store.ts'
import { openThreadHistory } from '../store/thread-history.ts'
import { askSystem } from '../when-done/system-power.ts'
import { WhenDoneKeeper } from '../when-done/when-done.ts'
import { queueFiles } from '../watch-folders/queue-files.ts'
import type { ApiConnection, ApiPeer, ApiServer } from './api-connection.ts'
import { ApiSession } from './api-session.ts'
import { Drops } from './drops.ts'
import { makeHandlers } from './handlers.ts'
import { LogPieces } from './log-pieces.ts'
import { Pace } from './pace.ts'
import { SettingsKeeper } from './settings-keeper.ts'
import { keepUploadsSwept } from './upload-folders.ts'
import { Watcher } from './watcher.ts'
import type { YardPart } from './watcher.ts'
import { Yard } from './yard.ts'

/** Faster than anybody reads: which jobs workers hold changes with each job, and there may be many workers. */
const WORKERS_INTERVAL_MS = 100

export interface ApiServerOptions {
  readonly owned: OwnedEngine
  /** Of Jobyard. */
  readonly version: string
  /** Files of threads, and the folder of the examples that came with Jobyard. */
  readonly entries: {
    readonly job_file_thread: string
    readonly history_thread: string
    readonly examples: string
  }
  /** Missing: the program ends by itself. */
  readonly help?: OwnerHelp
}

/** What only the program around the engine can do. */
export interface OwnerHelp {
  /** Ends the program in order, without asking. */
  readonly quit: () => void
}

/** The API of one owner. Hosts hand it the connections that their transports accept. */
export interface OwnerApi extends ApiServer {
  readonly settings: SettingsKeeper
  readonly when_done: Pick<WhenDoneKeeper, 'set'>
  /** Ends all connections, and the threads; the engine is left to whoever opened it. */
  close(): Promise<void>
}

export async function createApiServer(options: ApiServerOptions): Promise<OwnerApi> {
  const { owned, version, entries } = options
  const settings = await SettingsKeeper.open(owned.engine)
  const history = openThreadHistory({ dir: owned.paths.dir, entry: entries.history_thread })
  const { job_file_thread, examples } = entries
  const recipes = new RecipeStore(owned.paths.recipes)
  const findJobs = async (ids: readonly number[]): Promise<number[]> =>
    (await history.rows(ids)).map(({ job }) => job.id)
  const drops = new Drops({ owned, history, settings, recipes, findJobs, job_file_thread, examples })
  const queue = { ...owned, entry: job_file_thread, findJobs }
  const watch_folders = owned.engine.openWatchFolders({
    recipes,
    submit: (watch, recipe, files) => queueFiles(queue, watch, recipe, files),
  })
  const stopSweeping = await keepUploadsSwept(owned.paths.uploads)
  const logs = new LogPieces(owned.paths.logs)
  const when_done = new WhenDoneKeeper({
    queue: owned.engine,
    act: async (choice) => {
      if (choice !== 'quit') return askSystem(choice)
      if (options.help === undefined) throw new JobyardError('NOT_ALLOWED', 'This program ends by itself.')
      options.help.quit()
    },
    onChange: () => {
      server.tell('when-done')
    },
    now: Date.now,
    after: (delay_ms, callback) => {
      const timer = setTimeout(callback, delay_ms)
      return () => {
        clearTimeout(timer)
      }
    },
  })
  const server = new ConnectedServer(owned, version, settings, when_done, async () => {
    when_done.close()
    settings.close()
    stopSweeping()
    // It asks the history.
    await watch_folders.close()
    await Promise.all([history.close(), logs.close()])
  })
  server.handlers = makeHandlers({
    owned,
    history,
    drops,
    logs,
    settings,
    recipes,
    watch_folders,
    when_done,
    onJobsTouched: () => {
      server.tellJobs(null)
    },
  })
  return server
}

class ConnectedServer implements OwnerApi {
  handlers!: Handlers
  readonly settings: SettingsKeeper
  readonly when_done: WhenDoneKeeper
  readonly #owned: OwnedEngine
  readonly #version: string
  readonly #yard: Yard
  readonly #sessions = new Map<ApiSession, Watcher>()
  readonly #workers = new Pace(WORKERS_INTERVAL_MS, () => {
    this.tell('workers')
  })
  readonly #unsubscribe: readonly (() => void)[]
  readonly #onClose: () => Promise<void>

  constructor(
    owned: OwnedEngine,
    version: string,
    settings: SettingsKeeper,
    when_done: WhenDoneKeeper,
    onClose: () => Promise<void>,
  ) {
    this.#owned = owned
    this.#version = version
    this.settings = settings
    this.when_done = when_done
    this.#onClose = onClose
    this.#yard = new Yard(
      owned.engine,
      { data_dir: owned.paths.dir, version },
      () => when_done.status,
      () => {
        this.tell('counts')
      },
    )
    this.#unsubscribe = this.#listen(owned.engine.bus)
  }

  connect(connection: ApiConnection): ApiPeer {
    const watcher = new Watcher(this.#owned.engine, this.#yard, (message) => {
      connection.send(message)
    })
    const session = new ApiSession(connection, this.handlers, watcher, () => {
      this.#sessions.delete(session)
    })
    this.#sessions.set(session, watcher)
    connection.send({ type: 'hello', api_version: API_VERSION, version: this.#version })
    return session
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end()
    for (const session of [...this.#sessions.keys()]) session.close()
    this.#yard.close()
    this.#workers.close()
    await this.#onClose()
  }

  /** @param ids null: any may have changed */
  tellJobs(ids: readonly number[] | null): void {
    if (this.#sessions.size === 0) return
    for (const watcher of this.#sessions.values()) watcher.changedJobs(ids)
    this.#yard.recount()
  }

  tell(...parts: readonly YardPart[]): void {
    for (const watcher of this.#sessions.values()) for (const part of parts) watcher.changedPart(part)
  }

  #listen(bus: EventBus): (() => void)[] {
    const each = (tell: (watcher: Watcher) => void): void => {
      for (const watcher of this.#sessions.values()) tell(watcher)
    }
    return [
      bus.on('job:changed', ({ jobs }) => {
        if (this.#sessions.size === 0) return
        this.tellJobs(jobs.map(({ id }) => id))
        this.tell('running', 'pool', 'groups')
        this.#workers.ask()
      }),
      bus.on('job:ended', ({ jobs }) => {
        each((watcher) => {
          watcher.ended(jobs)
        })
      }),
      bus.on('job:progress', ({ job_id, progress, message }) => {
        this.#yard.tell(job_id, { progress, message })
        this.tell('running')
      }),
      bus.on('job:output', ({ job_id, attempt_id }) => {
        each((watcher) => {
          watcher.output(job_id, attempt_id)
        })
      }),
      bus.on('submission:added', () => {
        this.tellJobs(null)
      }),
      bus.on('pool:changed', () => {
        this.tell('pool', 'running')
      }),
      bus.on('group:changed', () => {
        this.tell('groups')
      }),
      bus.on('worker:changed', () => {
        this.#workers.ask()
      }),
      bus.on('engine:fault', (fault) => {
        each((watcher) => {
          watcher.fault(fault)
        })
      }),
    ]
  }
}
