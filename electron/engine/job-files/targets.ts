import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { asFileFault, FileFault, guarded } from './file-fault.ts'
import { storeScript } from './scripts.ts'
import type { StoredScript } from './scripts.ts'
import type { ScriptStore } from './script-store.ts'

/** Jobs of one file often run the same few files. Beyond this, what was known is forgotten. */
const MAX_KNOWN = 4_096
const MODULE_ENDINGS: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** The files that jobs name: looked at once for one drop, so that all its jobs see the same content. */
export class Targets {
  readonly #store: ScriptStore
  readonly #modules = new Map<string, FileFault | null>()
  readonly #scripts = new Map<string, FileFault | StoredScript>()

  constructor(store: ScriptStore) {
    this.#store = store
  }

  /** @param path absolute. @returns why it cannot be a module, or null */
  moduleFault(path: string): FileFault | null {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    const fault = faultOfModule(path)
    remember(this.#modules, path, fault)
    return fault
  }

  /** @param path absolute. @returns the stored script, or why it cannot be one */
  script(path: string): StoredScript | FileFault {
    const known = this.#scripts.get(path)
    if (known !== undefined) return known
    const script = this.#readScript(path)
    remember(this.#scripts, path, script)
    return script
  }

  #readScript(path: string): StoredScript | FileFault {
    try {
      return storeScript(path, this.#store)
    } catch (error) {
      if (error instanceof FileFault) return error
      throw error
    }
  }
}

function remember<Value>(map: Map<string, Value>, path: string, value: Value): void {
  if (map.size >= MAX_KNOWN) map.clear()
  map.set(path, value)
}

function faultOfModule(path: string): FileFault | null {
  try {
    if (!guarded(() => statSync(path)).isFile()) return new FileFault('NOT_A_FILE', 'This is not a file.')
  } catch (error) {
    return asFileFault(error)
  }
  if (MODULE_ENDINGS.has(extname(path).toLowerCase())) return null
  return new FileFault(
    'BAD_TARGET',
    `A module is JavaScript or TypeScript (${[...MODULE_ENDINGS].join(' ')}). Run other files by "script".`,
  )
}
