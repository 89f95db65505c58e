import { setTimeout as delay } from 'node:timers/promises'
import manifest from '../../package.json' with { type: 'json' }
import { hasCode, JobyardError } from '../../shared/errors.ts'
import type { OwnerApi, OwnerHelp } from '../engine/api/api-server.ts'
import { createApiServer } from '../engine/api/api-server.ts'
import type { OwnedEngine } from '../engine/create-engine.ts'
import { resolveDataDir } from '../engine/store/data-dir.ts'
import { readOwner } from '../engine/store/owner-lock.ts'
import type { Host } from './host.ts'
import { note } from './host.ts'
import { OwnerClient, reachOwner } from './owner-client.ts'
import { checkHasData, openSession, recoveryRemarks } from './session.ts'

/** So long an owner that does not listen (yet) is waited for: one that is starting, or a command that is soon through. */
const PATIENCE_MS = 3_000
const LOOK_EVERY_MS = 50

/** The API of a directory that this process owns. */
export function openApi(host: Host, owned: OwnedEngine, help?: OwnerHelp): Promise<OwnerApi> {
  const options = { owned, version: manifest.version, entries: host.entries }
  return createApiServer(help === undefined ? options : { ...options, help })
}

/**
 * Goes to whoever owns a data directory, or becomes the owner where nobody does.
 * @param reach null: that owner is about to end and has been given nothing, so that the next one is looked for
 * @param own begins with taking the lock
 * @throws JobyardError DATA_DIR_OWNED where the owner does not listen
 */
export async function reachOrOwn<T>(
  data_dir: string,
  reach: (client: OwnerClient) => Promise<T | null>,
  own: () => Promise<T>,
): Promise<T> {
  let deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const client = await reachOwner(data_dir)
    if (client !== null) {
      try {
        const reached = await reach(client)
        if (reached !== null) return reached
        deadline = performance.now() + PATIENCE_MS
      } finally {
        client.close()
      }
    }
    try {
      return await own()
    } catch (error) {
      if (!hasCode(error, 'DATA_DIR_OWNED') || performance.now() > deadline) throw error
    }
    await delay(LOOK_EVERY_MS)
  }
}

/**
 * As `withOwner`, for the directory a command was told of, which must hold jobs already.
 * @throws JobyardError where nothing was ever kept there
 */
export function withOwnerOf(
  { data }: { readonly data?: string },
  host: Host,
  use: (client: OwnerClient) => Promise<number>,
): Promise<number> {
  const data_dir = resolveDataDir(data)
  checkHasData(data_dir)
  return withOwner(data_dir, host, use)
}

/** Works with the owner of a data directory; where nobody owns it, this process does for a moment. */
export function withOwner<T>(
  data_dir: string,
  host: Host,
  use: (client: OwnerClient) => Promise<T>,
): Promise<T> {
  return reachOrOwn(data_dir, use, () => ownForAMoment(data_dir, host, use))
}

/**
 * Works with an owner that is there already.
 * @param what of the sentence "there is nothing to …"
 * @throws JobyardError WRONG_STATE where nobody works the directory
 */
export function withRunningOwner<T>(
  data_dir: string,
  what: string,
  use: (client: OwnerClient) => Promise<T>,
): Promise<T> {
  return reachOrOwn(data_dir, use, () => {
    const owner = readOwner(data_dir)
    const error =
      owner === null
        ? new JobyardError(
            'WRONG_STATE',
            `No Jobyard works the queue of ${data_dir}, so there is nothing to ${what}.`,
          )
        : new JobyardError(
            'DATA_DIR_OWNED',
            `Process ${owner.pid ?? 'unknown'} works the queue of ${data_dir} and cannot be reached: end it with Ctrl-C.`,
            { details: { pid: owner.pid } },
          )
    return Promise.reject(error)
  })
}

async function ownForAMoment<T>(
  data_dir: string,
  host: Host,
  use: (client: OwnerClient) => Promise<T>,
): Promise<T> {
  const owned = await openSession(host, {
    data_dir,
    onFault: (text) => {
      note(host, text)
    },
  })
  try {
    for (const remark of recoveryRemarks(owned.engine.recovery)) note(host, remark)
    const api = await openApi(host, owned)
    try {
      return await use(clientOf(api))
    } finally {
      await api.close()
    }
  } finally {
    await owned.close()
  }
}

/** A client within the owner's own process. */
function clientOf(api: OwnerApi): OwnerClient {
  const client: OwnerClient = new OwnerClient(
    {
      send: (message) => {
        peer.receive(message)
      },
      end: () => {
        peer.closed()
      },
    },
    false,
  )
  const peer = api.connect({
    send: (message) => {
      client.receive(message)
    },
    close: () => {
      client.lost()
    },
    isTrusted: () => true,
    is_remote: false,
  })
  return client
}
