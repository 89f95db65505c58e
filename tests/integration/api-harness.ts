import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { OwnerApi } from '../../electron/engine/api/api-server.ts'
import { createApiServer } from '../../electron/engine/api/api-server.ts'
import { isFromOwner } from '../../shared/api-protocol.ts'
import { WireClient } from '../contract/api-wire-client.ts'
import type { RealEngine, RealEngineOptions } from './real-engine.ts'
import { openEngine } from './real-engine.ts'

const ELECTRON = join(import.meta.dirname, '../../electron')
const JOB_FILE_THREAD = join(ELECTRON, 'engine/job-files/job-file-thread.ts')
const HISTORY_THREAD = join(ELECTRON, 'engine/store/history-thread.ts')

/** A real engine with its API, closed when the test is over. */
export async function openApi(
  options: RealEngineOptions = {},
): Promise<{ readonly real: RealEngine; readonly server: OwnerApi }> {
  const real = await openEngine(options)
  const owned = { engine: real.engine, paths: real.paths, close: real.close }
  const entries = {
    job_file_thread: JOB_FILE_THREAD,
    history_thread: HISTORY_THREAD,
    examples: join(ELECTRON, '../resources/examples'),
  }
  const server = await createApiServer({ owned, version: '0.0.0-test', entries })
  onTestFinished(() => server.close())
  return { real, server }
}

export interface ClientOptions {
  readonly is_remote?: boolean
}

/** A client on a wire within this process, which lets through what JSON lets through. */
export class TestClient extends WireClient {
  constructor(server: OwnerApi, { is_remote = false }: ClientOptions = {}) {
    super()
    const peer = server.connect({
      is_remote,
      isTrusted: () => true,
      send: (message) => {
        const copy: unknown = JSON.parse(JSON.stringify(message))
        queueMicrotask(() => {
          if (isFromOwner(copy)) this.events.message(copy)
        })
      },
      close: () => {
        this.events.closed()
      },
    })
    const nothing = (): void => undefined
    this.attach({
      send: (message) => {
        peer.receive(JSON.parse(JSON.stringify(message)))
      },
      ...{ pause: nothing, resume: nothing },
      close: () => {
        peer.closed()
      },
    })
  }
}
