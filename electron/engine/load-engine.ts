import { randomUUID } from 'node:crypto'
import type { SerialisedError } from '../../shared/errors.ts'
import { serialiseError } from '../../shared/errors.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Group } from '../../shared/status.ts'
import { bootId } from '../process/boot-id.ts'
import { SpecCache } from './dispatcher/spec-cache.ts'
import type { EngineOptions } from './engine-options.ts'
import { EventBus } from './events/event-bus.ts'
import { removeLeftFiles } from './recovery/left-files.ts'
import { recover } from './recovery/recover.ts'
import type { RecoveryReport } from './recovery/recover.ts'
import { Journal } from './store/journal.ts'
import { storedSettings } from './store/stored-settings.ts'
import type { MetaKey } from './store/store-operations.ts'
import type { HaltRuleLeft } from './store/store-records.ts'

/** What stands in the data directory when its engine opens, and what everything else is built on. */
export interface Loaded {
  readonly journal: Journal
  readonly specs: SpecCache
  readonly bus: EventBus
  readonly fault: (fault: SerialisedError) => void
  readonly recovery: RecoveryReport
  readonly settings: Settings
  readonly groups: readonly Group[]
  readonly halt_rules: readonly HaltRuleLeft[]
  readonly next: { readonly job: number; readonly attempt: number; readonly submission: number }
  readonly paused: boolean
  readonly concurrency: number | undefined
  readonly data_id: string
  /** Names this run of the owner in the names of start files. */
  readonly owner_id: string
  readonly disk: { faulty: boolean; onHealed: () => void }
}

/** Reads the marks of the data directory and sets right what a dead owner left. */
export async function loadEngine(options: EngineOptions): Promise<Loaded> {
  const { store, paths } = options
  const log = options.log ?? (() => undefined)
  const bus = new EventBus((error) => {
    log(serialiseError(error))
  })
  const fault = (error: SerialisedError): void => {
    log(error)
    bus.emit('engine:fault', error)
  }
  const disk = { faulty: false, onHealed: (): void => undefined }
  const journal = new Journal({
    store,
    onDisk: (error) => {
      disk.faulty = error !== null
      if (error === null) disk.onHealed()
      else fault(serialiseError(error))
    },
  })
  const meta = (key: MetaKey): Promise<string | null> => store.query({ type: 'meta', key })
  const specs = new SpecCache()
  const data_id = (await meta('data_id')) ?? randomUUID()
  const boot_id = bootId()
  const recovery = await recover({
    store,
    journal,
    specs,
    place: { data_id, script_dir: paths.scripts },
    starts_dir: paths.starts,
    boot_id,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  })
  await removeLeftFiles(paths)
  await Promise.all([
    journal.write({ type: 'set-meta', key: 'data_id', value: data_id }),
    journal.write({ type: 'set-meta', key: 'boot_id', value: boot_id }),
  ])
  const concurrency = await meta('concurrency')
  return {
    journal,
    specs,
    bus,
    fault,
    recovery,
    disk,
    data_id,
    owner_id: randomUUID(),
    settings: storedSettings(await meta('settings'), null),
    groups: await store.query({ type: 'groups' }),
    halt_rules: await store.query({ type: 'halt-rules' }),
    next: {
      ...(await store.query({ type: 'next-ids' })),
      attempt: Number((await meta('next_attempt_id')) ?? 1),
    },
    paused: (await meta('pool_paused')) === '1',
    concurrency: concurrency === null ? undefined : Number(concurrency),
  }
}
