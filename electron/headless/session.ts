import manifest from '../../package.json' with { type: 'json' }
import { existsSync } from 'node:fs'
import { JobyardError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import type { OwnedEngine } from '../engine/create-engine.ts'
import { createEngine } from '../engine/create-engine.ts'
import type { RecoveryReport } from '../engine/recovery/recover.ts'
import { dataPaths } from '../engine/store/data-dir.ts'
import type { OwnerHost } from '../engine/store/owner-lock.ts'
import { forkWorkerProcess } from '../engine/worker-pool/fork-worker-process.ts'
import { hostedSpawn } from '../engine/worker-pool/hosted-spawn.ts'
import type { Host } from './host.ts'
import { counted, oneLine } from './output/text.ts'

/** Ids named in a remark; the rest is counted. */
const MAX_NAMED = 10

export interface SessionOptions {
  readonly data_dir: string
  readonly concurrency?: number | undefined
  /** Told to others; by default the command line. */
  readonly owner_host?: OwnerHost | undefined
  readonly onBadEnd?: (submission_id: number) => void
  /** A sentence for a person about a fault that was survived. */
  readonly onFault: (text: string) => void
}

/**
 * Becomes the owner of a data directory. No worker starts before the engine does.
 * @throws JobyardError DATA_DIR_OWNED, DATA_DIR_UNUSABLE, DATA_TOO_NEW, DATA_CORRUPT
 */
export function openSession(host: Host, options: SessionOptions): Promise<OwnedEngine> {
  let last = ''
  return createEngine({
    data_dir: options.data_dir,
    host: options.owner_host ?? 'cli',
    version: manifest.version,
    store_thread: host.entries.store_thread,
    spawnWorker: hostedSpawn() ?? forkWorkerProcess({ entry: host.entries.worker }),
    concurrency: options.concurrency,
    onBadEnd: options.onBadEnd,
    log: (fault: SerialisedError) => {
      const text = oneLine(fault.message)
      // A disk that is full fails many times a second.
      if (text !== last) options.onFault(text)
      last = text
    },
  })
}

/**
 * For commands that make no sense without data.
 * @throws JobyardError DATA_DIR_UNUSABLE where nothing was ever kept in that directory
 */
export function checkHasData(data_dir: string): void {
  if (existsSync(dataPaths(data_dir).database)) return
  throw new JobyardError(
    'DATA_DIR_UNUSABLE',
    `There are no jobs in ${data_dir}: no Jobyard has worked there yet. Name the right directory with --data or JOBYARD_DATA.`,
  )
}

/** What a dead owner left and what was done about it, one remark a line. */
export function recoveryRemarks(recovery: RecoveryReport): string[] {
  const remarks: string[] = []
  const resting = recovery.changes.ended.filter((job) => job.state === 'interrupted')
  if (resting.length > 0) {
    const how = recovery.cause === 'power-loss' ? 'the machine went down' : 'Jobyard died'
    const were = resting.length === 1 ? 'was' : 'were'
    const ids = resting.slice(0, MAX_NAMED).map((job) => job.id)
    const more = resting.length > MAX_NAMED ? ' …' : ''
    remarks.push(
      `${counted(resting.length, 'job')} ${were} interrupted when ${how} (${ids.join(' ')}${more}): ` +
        'decide with jobyard requeue, fail or cancel',
    )
  }
  if (recovery.dropped_submissions > 0) {
    const what = counted(recovery.dropped_submissions, 'submission')
    remarks.push(
      `${what} had not been stored as a whole when Jobyard died: nothing of it is kept, submit it again`,
    )
  }
  return remarks
}
