import { DEFAULT_SETTINGS, settingsSchema } from '../../../shared/settings.ts'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import type { Engine } from '../engine.ts'
import { storedSettings } from '../store/stored-settings.ts'

/** How often ended jobs are looked at that are older than the retention. */
const PRUNE_INTERVAL_MS = 60 * 60 * 1_000

type Listener = (settings: Settings) => void

/** The settings of a data directory: kept in it, applied where they have an effect on the engine. */
export class SettingsKeeper {
  readonly #engine: Engine
  #settings: Settings = DEFAULT_SETTINGS
  readonly #listeners = new Set<Listener>()
  #timer: NodeJS.Timeout | null = null

  private constructor(engine: Engine, settings: Settings) {
    this.#engine = engine
    this.#settings = settings
  }

  /** Reads what is kept, and prunes by it from now on. */
  static async open(engine: Engine): Promise<SettingsKeeper> {
    const text = await engine.store.query({ type: 'meta', key: 'settings' })
    const synchronous = await engine.store.query({ type: 'meta', key: 'synchronous' })
    const keeper = new SettingsKeeper(engine, storedSettings(text, synchronous))
    keeper.#timer = setInterval(() => {
      keeper.#prune()
    }, PRUNE_INTERVAL_MS).unref()
    keeper.#prune()
    await engine.useHooks(keeper.#settings)
    return keeper
  }

  get current(): Settings {
    return this.#settings
  }

  /** @returns the function that ends the subscription */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Missing fields stay. Resolves when it is on disk. */
  async change(changes: SettingsChange): Promise<Settings> {
    const settings = settingsSchema.parse({ ...this.#settings, ...changes })
    await this.#engine.setMeta('settings', JSON.stringify(settings))
    if (settings.synchronous !== this.#settings.synchronous) {
      await this.#engine.setMeta('synchronous', settings.synchronous)
    }
    await this.#engine.useHooks(settings)
    this.#settings = settings
    for (const listener of this.#listeners) listener(settings)
    this.#prune()
    return settings
  }

  async trust(folders: readonly string[]): Promise<void> {
    const trusted_folders = [...new Set([...this.#settings.trusted_folders, ...folders])]
    await this.change({ trusted_folders })
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #prune(): void {
    const { retention_ms } = this.#settings
    if (retention_ms === null) return
    this.#engine.actions.prune(retention_ms).catch(() => undefined)
  }
}
