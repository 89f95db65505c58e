import { createContext } from 'svelte'
import type { ApiClient } from '../../shared/ipc.ts'
import type { JobNews } from '../../shared/yard.ts'
import { Link } from '../transport/link.svelte.ts'
import type { Transport } from '../transport/transport.ts'
import { describeError } from './error-advice.ts'
import type { Route } from './routes.ts'
import { formatRoute, parseRoute } from './routes.ts'
import { ThemeChoice } from './theme.svelte.ts'
import { Toasts } from './toasts.svelte.ts'
import { YardStore } from './yard-store.svelte.ts'

/** What every view has at hand. One for the page, in a context: `getApp()`. */
export class AppState {
  readonly yard = new YardStore()
  readonly toasts = new Toasts()
  readonly theme = new ThemeChoice()
  readonly transport: Transport
  readonly link: Link
  route = $state.raw<Route>(parseRoute(location.hash))
  readonly #read_on_hash = (): void => {
    this.route = parseRoute(location.hash)
  }

  constructor(transport: Transport) {
    this.transport = transport
    this.link = new Link(transport, this.yard)
  }

  /** Every endpoint of the owner. Each rejects with a JobyardError; `attempt` turns that into a toast. */
  get api(): ApiClient {
    return this.link.api
  }

  /** @returns ends all that goes on */
  start(): () => void {
    const tellFaults = this.yard.listen(({ faults }) => {
      const last = faults?.at(-1)
      if (last === undefined) return
      const { text, advice } = describeError(last)
      this.toasts.show(text, { tone: 'bad', ...(advice === null ? {} : { detail: advice }) })
    })
    const stops = [this.yard.start(), this.link.start(), tellFaults]
    window.addEventListener('hashchange', this.#read_on_hash)
    return () => {
      window.removeEventListener('hashchange', this.#read_on_hash)
      for (const stop of stops) stop()
    }
  }

  go(route: Route): void {
    location.hash = formatRoute(route)
  }

  /**
   * News of one job until the function that comes back is called.
   * After a reconnect it is opened again by itself; read the job anew when `yard.epoch` grows.
   */
  openJob(job_id: number, listener: (news: JobNews) => void): () => void {
    return this.link.openJob(job_id, listener)
  }

  /**
   * Does something that may fail; a failure becomes a toast that says what to do.
   * @returns null where it failed
   */
  async attempt<T>(what: string, action: () => Promise<T>): Promise<T | null> {
    try {
      return await action()
    } catch (thrown) {
      const { text, advice } = describeError(thrown)
      this.toasts.show(what, { tone: 'bad', detail: advice === null ? text : `${text} ${advice}` })
      return null
    }
  }
}

export const [getApp, setApp] = createContext<AppState>()
