import type { SpawnWorkerProcess } from './worker-process.ts'

let hosted: SpawnWorkerProcess | null = null

/**
 * Says how worker processes are started in this process, for whoever is loaded into it later. The installed app carries out
 * command lines in its own process, and cannot be forked as Node can.
 */
export function hostWorkers(spawn: SpawnWorkerProcess): void {
  hosted = spawn
}

/** null: this is a plain Node. */
export function hostedSpawn(): SpawnWorkerProcess | null {
  return hosted
}
