import { statSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { JobyardError } from '../../shared/errors.ts'

/** The default export of a job module. */
export type JobFunction = (input: unknown, job: unknown) => unknown

/** While jobs come without a pause, files are looked at again after this time. */
const FRESH_MS = 20
const QUERY = 'jobyard'
const MODULE_URL = /^file:.*\.(?:m?js|m?ts)$/

/**
 * Imports job modules once and runs no stale code: when a module, or a module it imports (packages excepted), has
 * changed on disk, all are imported anew. The old ones stay in memory until the worker ends, for Node cannot unload
 * them. CommonJS files (`.cjs`, `require`) are cached by Node alone and need a new worker.
 */
export class ModuleLoader {
  #functions = new Map<string, JobFunction>()
  /** The files of all job modules and when each was last changed. */
  readonly #files = new Map<string, number>()
  /** Counts the reloads; part of the URL of what is imported anew. */
  #generation = 0
  #looked_at = Number.NEGATIVE_INFINITY
  #hooked = false

  /** The worker was idle: the next look-up looks at the files first. */
  expectChanges(): void {
    this.#looked_at = Number.NEGATIVE_INFINITY
  }

  /** The function of a module that was loaded before and has not changed; null: `load` it. */
  loaded(path: string): JobFunction | null {
    if (performance.now() - this.#looked_at > FRESH_MS) this.#look()
    return this.#functions.get(path) ?? null
  }

  /** @throws JobyardError MODULE_LOAD_FAILED */
  async load(path: string): Promise<JobFunction> {
    const known = this.#functions.get(path)
    if (known !== undefined) return known
    refuseTypeScript(path)
    this.#hook()
    this.#remember(path)
    const url = pathToFileURL(path)
    if (this.#generation > 0) url.searchParams.set(QUERY, String(this.#generation))
    let namespace: unknown
    try {
      namespace = await import(/* @vite-ignore */ url.href)
    } catch (error) {
      // Node remembers a failure as well as a success: the next try has to be a new import.
      this.#generation += 1
      throw loadError(path, error)
    }
    const found = jobFunction(namespace)
    if (found === null) {
      this.#generation += 1
      throw new JobyardError(
        'MODULE_LOAD_FAILED',
        `${path} has no function as its default export. Write: export default async (input, job) => { … }`,
      )
    }
    this.#functions.set(path, found)
    return found
  }

  #look(): void {
    this.#looked_at = performance.now()
    for (const [path, changed_ms] of this.#files) {
      if (changedAt(path) === changed_ms) continue
      this.#functions = new Map()
      this.#files.clear()
      this.#generation += 1
      return
    }
  }

  #remember(path: string): void {
    if (!this.#files.has(path)) this.#files.set(path, changedAt(path))
  }

  /** Learns which files the job modules import, and sees to it that these too are imported anew. */
  #hook(): void {
    // Missing in old versions of Node: then only the job module itself is looked at.
    if (this.#hooked || typeof nodeModule.registerHooks !== 'function') return
    this.#hooked = true
    nodeModule.registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context)
        const { parentURL } = context
        if (parentURL === undefined || !context.conditions.includes('import') || !isOwnModule(found.url))
          return found
        if (
          !this.#files.has(
            fileURLToPath(parentURL.startsWith('file:') ? withoutQuery(parentURL) : 'file:///'),
          )
        )
          return found
        this.#remember(fileURLToPath(found.url))
        return this.#generation === 0 ? found : { ...found, url: `${found.url}?${QUERY}=${this.#generation}` }
      },
    })
  }
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '')
}

function isOwnModule(url: string): boolean {
  return MODULE_URL.test(url) && !url.includes('/node_modules/')
}

/** -1 where the file is not there. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1
}

function refuseTypeScript(path: string): void {
  if (!/\.m?ts$/.test(path) || process.features.typescript !== false) return
  throw new JobyardError(
    'MODULE_LOAD_FAILED',
    `${path} is TypeScript, which the Node.js ${process.versions.node} in this program cannot load. Compile it to JavaScript.`,
  )
}

function jobFunction(namespace: unknown): JobFunction | null {
  if (typeof namespace !== 'object' || namespace === null || !('default' in namespace)) return null
  return isFunction(namespace.default) ? namespace.default : null
}

function isFunction(value: unknown): value is JobFunction {
  return typeof value === 'function'
}

function loadError(path: string, error: unknown): JobyardError {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const missing = code === 'ERR_MODULE_NOT_FOUND' && changedAt(path) === -1
  const message = missing
    ? `The module ${path} does not exist. Correct \`module\` of the job.`
    : `The module ${path} could not be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
  return new JobyardError('MODULE_LOAD_FAILED', message, { cause: error })
}
