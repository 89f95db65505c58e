import { rm } from 'node:fs/promises'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import { endTree } from '../../process/process-group.ts'
import { attemptMark } from '../../process/process-tree.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import { scriptCopyBeside, scriptCopyInStore } from '../../process/script-copy.ts'

/** What names the leftovers of attempts of one data directory. */
export interface LeftoverPlace {
  readonly data_id: string
  readonly script_dir: string
}

/**
 * Ends what an attempt left whose worker is gone, so that it cannot run beside its next attempt: its process tree (its
 * stop signal first, as its spec says) and the private copy of its script.
 * @param spec null where the stored spec is unreadable
 * @param process what is known of its process; null where it started none, or died before it could say so
 */
export async function endLeftovers(
  place: LeftoverPlace,
  attempt_id: number,
  spec: CommonSpec | null,
  process: { readonly pid: number; readonly start: string } | null,
): Promise<void> {
  await endTree(process, spec?.stop ?? SPEC_DEFAULTS.stop, attemptMark(place.data_id, attempt_id))
  await removeScriptCopies(place, attempt_id, spec)
}

/** Removes the private copy of a script that an attempt left. */
export async function removeScriptCopies(
  place: LeftoverPlace,
  attempt_id: number,
  spec: CommonSpec | null,
): Promise<void> {
  if (spec?.task.kind !== 'script') return
  const { original_path } = spec.task
  await rm(scriptCopyBeside(original_path, place.data_id, attempt_id), { force: true })
  await rm(scriptCopyInStore(place.script_dir, original_path, place.data_id, attempt_id), { force: true })
}
