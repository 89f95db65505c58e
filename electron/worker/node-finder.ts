import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import { JobyardError } from '../../shared/errors.ts'
import { findExecutables } from './executables.ts'

/** From this version on Node runs TypeScript files as they are. */
const OLDEST = [22, 18] as const
const VERSION_TIMEOUT_MS = 10_000

/** The first interpreter of a script that is to run on a Node that this worker finds. */
export const NODE_PLACEHOLDER = 'jobyard:node'

/** Finds a Node that runs JavaScript and TypeScript scripts. */
export class NodeFinder {
  /** Whether the file of this path and age is new enough. */
  readonly #known = new Map<string, boolean>()

  /**
   * @returns the first Node >= 22.18 on the PATH of `env`, else the one this worker runs on where it is a plain Node
   * @throws JobyardError SPAWN_FAILED where there is none
   */
  async find(env: NodeJS.ProcessEnv): Promise<string> {
    for (const path of findExecutables('node', env)) {
      if (await this.#isNewEnough(path, env)) return path
    }
    const inElectron = Object.hasOwn(process.versions, 'electron')
    if (!inElectron && isNewEnough(process.versions.node)) return process.execPath
    throw new JobyardError(
      'SPAWN_FAILED',
      `JavaScript and TypeScript scripts need Node.js ${OLDEST.join('.')} or newer, and none was found on PATH. Install it, or name a program in the job's spec.`,
    )
  }

  async #isNewEnough(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
    const key = `${path}\0${statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const fits = await askVersion(path, env)
    this.#known.set(key, fits)
    return fits
  }
}

async function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { env, timeout: VERSION_TIMEOUT_MS })
    return isNewEnough(stdout.trim().replace(/^v/, ''))
  } catch {
    return false
  }
}

/**
 * @param version as `22.18.0`
 * @internal for tests
 */
export function isNewEnough(version: string): boolean {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}
