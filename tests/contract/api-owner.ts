import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiServer } from '../../electron/engine/api/api-connection.ts'
import { createApiServer } from '../../electron/engine/api/api-server.ts'
import type { OwnerApi } from '../../electron/engine/api/api-server.ts'
import { ApiSession } from '../../electron/engine/api/api-session.ts'
import { Watcher } from '../../electron/engine/api/watcher.ts'
import { Yard } from '../../electron/engine/api/yard.ts'
import { createEngine } from '../../electron/engine/create-engine.ts'
import type { OwnedEngine } from '../../electron/engine/create-engine.ts'
import type { Submission } from '../../electron/engine/submissions/submitter.ts'
import { forkWorkerProcess } from '../../electron/engine/worker-pool/fork-worker-process.ts'
import { JobyardError } from '../../shared/errors.ts'
import type { AbortFlag } from '../../shared/ipc.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import { FakeYard } from '../fakes/fake-yard.ts'
import { fakeHandlers } from '../fakes/fake-handlers.ts'
import { shell, STORE_THREAD, WORKER_ENTRY } from '../integration/real-engine.ts'
import type { ApiTransport, OpenedTransport } from './api-transport.ts'

const ENGINE = join(import.meta.dirname, '../../electron/engine')
const VERSION = '0.0.0-test'

/** An owner at work, whose API is served over one transport: shared by the tests of a suite. */
export class ContractOwner {
  readonly folder: string
  readonly owned: OwnedEngine
  readonly transport: OpenedTransport
  readonly #api: OwnerApi

  private constructor(folder: string, owned: OwnedEngine, api: OwnerApi, transport: OpenedTransport) {
    this.folder = folder
    this.owned = owned
    this.#api = api
    this.transport = transport
  }

  static async open(kind: ApiTransport): Promise<ContractOwner> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-api-')))
    const owned = await createEngine({
      data_dir: join(folder, 'data'),
      host: 'cli',
      store_thread: STORE_THREAD,
      spawnWorker: forkWorkerProcess({ entry: WORKER_ENTRY }),
      concurrency: 2,
    })
    const entries = {
      job_file_thread: join(ENGINE, 'job-files/job-file-thread.ts'),
      history_thread: join(ENGINE, 'store/history-thread.ts'),
      examples: join(ENGINE, '../../resources/examples'),
    }
    const api = await createApiServer({ owned, version: VERSION, entries })
    const transport = await kind.open(owned.paths.dir, api)
    await owned.engine.start()
    return new ContractOwner(folder, owned, api, transport)
  }

  async close(): Promise<void> {
    await this.transport.close()
    await this.#api.close()
    await this.owned.close()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  submit(...specs: readonly JobSpec[]): Promise<Submission> {
    return this.owned.engine.submit(specs.map((spec) => ({ spec })))
  }

  /** Jobs that do not run: what is done with them costs no process. */
  submitHeld(names: readonly string[]): Promise<Submission> {
    return this.submit(...names.map((name) => shell('true', { name, hold: true })))
  }
}

/** Sessions of an owner whose `jobs:count` is answered only when it is not wanted any more. */
export class SlowOwner implements ApiServer {
  /** How many such calls have come, and how many of them were taken back. */
  asked = 0
  taken_back = 0
  readonly #owned: OwnedEngine
  #wake: () => void = () => undefined

  constructor(owned: OwnedEngine) {
    this.#owned = owned
  }

  connect(connection: Parameters<ApiServer['connect']>[0]): ReturnType<ApiServer['connect']> {
    const { engine, paths } = this.#owned
    const nobody = (): void => undefined
    const nothing = { choice: 'nothing', acts_ms: null, error: null } as const
    const yard = new Yard(engine, { data_dir: paths.dir, version: VERSION }, () => nothing, nobody)
    const watcher = new Watcher(engine, yard, (message) => {
      connection.send(message)
    })
    const handlers = {
      ...fakeHandlers(new FakeYard(Date.now, 1), Date.now),
      'jobs:count': (_input: unknown, { signal }: { readonly signal: AbortFlag }) => this.#wait(signal),
    }
    return new ApiSession(connection, handlers, watcher, nobody)
  }

  /** Waits until so many calls have come and were taken back. */
  async reaches(asked: number, taken_back: number): Promise<void> {
    while (this.asked < asked || this.taken_back < taken_back)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }

  #wait(signal: AbortFlag): Promise<never> {
    if (!(signal instanceof AbortSignal)) throw new Error('A session gives its handlers a signal.')
    this.asked += 1
    this.#wake()
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        this.taken_back += 1
        reject(new JobyardError('ABANDONED', 'This was not wanted any more.'))
        this.#wake()
      })
    })
  }
}
