import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The built worker and store thread: what a user runs, not our TypeScript.
 * @throws where nothing is built
 */
export const BUILT = {
  worker: builtFile('worker.js'),
  store_thread: builtFile('store-thread.js'),
  job_file_thread: builtFile('job-file-thread.js'),
} as const

function builtFile(name: string): string {
  const path = fileURLToPath(new URL(`../../out/main/${name}`, import.meta.url))
  if (existsSync(path)) return path
  throw new Error(`${path} is not there. Build it first: npm run build`)
}
