import type { OwnerApi } from '../engine/api/api-server.ts'
import { openLocalSocket } from '../engine/api/local-socket.ts'
import type { Host } from './host.ts'
import type { Work } from './work.ts'
import { openApi } from './with-owner.ts'

/** Lets others reach the owner, by its local socket at least, while `use` works. */
export async function withDoors<T>(host: Host, work: Work, use: (api: OwnerApi) => Promise<T>): Promise<T> {
  const quit = (): void => {
    work.stop('drain')
  }
  const api = await openApi(host, work.owned, { quit })
  try {
    const socket = await openLocalSocket(work.owned.paths.dir, api).catch((error: unknown) => {
      // What it works on does not depend on it.
      const why = error instanceof Error ? error.message : String(error)
      work.reporter.note(`other commands cannot reach this one (${why})`)
      return null
    })
    try {
      return await use(api)
    } finally {
      await socket?.close()
    }
  } finally {
    await api.close()
  }
}
