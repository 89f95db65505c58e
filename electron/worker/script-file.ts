import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { JobyardError } from '../../shared/errors.ts'
import type { ScriptTask } from '../../shared/job-spec.ts'
import type { WorkerInit } from '../../shared/worker-protocol.ts'
import { scriptCopyBeside, scriptCopyInStore } from '../process/script-copy.ts'

/** The file a script attempt runs. */
export interface ScriptFile {
  readonly path: string
  /** Said in the log where it does not run beside the original. */
  readonly note: string | null
  remove(): void
}

/** It may re-execute itself; nobody else needs to read it. */
const MODE = 0o700

/**
 * Makes the private copy that one attempt runs. Always a copy of the stored content, also where the original is
 * unchanged: it could be changed between the look and the start, and then something else would run than was queued.
 * @throws JobyardError SPAWN_FAILED where the stored content is missing or damaged, or can be copied nowhere
 */
export function makeScriptFile(task: ScriptTask, init: WorkerInit, attempt_id: number): ScriptFile {
  const content = readStored(task, init.script_dir)
  const beside = scriptCopyBeside(task.original_path, init.data_id, attempt_id)
  const fault = tryWrite(beside, content)
  if (fault === null) return { path: beside, note: null, remove: remover(beside) }
  const inStore = scriptCopyInStore(init.script_dir, task.original_path, init.data_id, attempt_id)
  mkdirSync(dirname(inStore), { recursive: true, mode: MODE })
  const storeFault = tryWrite(inStore, content)
  if (storeFault !== null) {
    throw new JobyardError(
      'SPAWN_FAILED',
      `The script could not be copied to ${inStore} (${storeFault}). Check the disk.`,
    )
  }
  const note = `[jobyard] Runs from a copy in the data directory, because ${dirname(task.original_path)} cannot be written to (${fault}).`
  return { path: inStore, note, remove: remover(inStore) }
}

function readStored(task: ScriptTask, script_dir: string): Buffer {
  const path = join(script_dir, task.sha256)
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    throw new JobyardError(
      'SPAWN_FAILED',
      `The stored copy of the script cannot be read (${path}). Add the script again.`,
      {
        cause: error,
      },
    )
  }
  if (createHash('sha256').update(content).digest('hex') !== task.sha256) {
    throw new JobyardError(
      'SPAWN_FAILED',
      `The stored copy of the script is damaged (${path}). Add the script again.`,
    )
  }
  return content
}

/** @returns why it could not be written, or null */
function tryWrite(path: string, content: Buffer): string | null {
  try {
    // What stands there can only be left over from a crash; and never write through somebody's symbolic link.
    rmSync(path, { force: true })
    writeFileSync(path, content, { flag: 'wx', mode: MODE })
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

function remover(path: string): () => void {
  return () => {
    try {
      rmSync(path, { force: true })
    } catch {
      // The folder was made read-only meanwhile; the attempt has still ended as it has.
    }
  }
}
