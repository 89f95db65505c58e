import { extname } from 'node:path'
import { FileFault } from './file-fault.ts'
import { MAX_SCRIPT_BYTES, SCRIPT_TEXT_BYTES } from './limits.ts'
import { readWhole, withFile } from './regular-file.ts'
import { findHeader } from './script-header.ts'
import type { BadHeader, ScriptHeader } from './script-header.ts'
import type { ScriptStore } from './script-store.ts'
import { interpreterOf } from './shebang.ts'
import { foreignEncoding } from './text.ts'

/** What a script task needs to know of its script. */
export interface StoredScript {
  readonly sha256: string
  readonly interpreter: readonly string[]
  /** Settings that stand in it. They count where it is a job of its own, not where a job file runs it. */
  readonly header: ScriptHeader | BadHeader | null
}

/**
 * Reads a script and stores its content.
 * @throws FileFault
 */
export function storeScript(path: string, store: ScriptStore, platform = process.platform): StoredScript {
  const content = withFile(path, (file) => readWhole(file, MAX_SCRIPT_BYTES, 'A script'))
  const ending = extname(path).toLowerCase()
  refuseUnlessScript(content, ending)
  const interpreter = interpreterOf(content, ending, platform)
  const isPython = ending === '.py' || interpreter.some((word) => /\bpython[\d.]*$/.test(word))
  return { sha256: store.put(content), interpreter, header: findHeader(content, isPython) }
}

function refuseUnlessScript(content: Buffer, ending: string): void {
  if (content.length === 0) throw new FileFault('EMPTY', 'This script is empty. There is nothing to run.')
  const foreign = foreignEncoding(content)
  if (foreign !== null) {
    // What Windows itself writes.
    if (ending === '.ps1') return
    throw new FileFault('ENCODING', `This script is ${foreign}. Save it as UTF-8.`)
  }
  // Further down there may be anything: some scripts carry an archive at their end.
  const nul = content.subarray(0, SCRIPT_TEXT_BYTES).indexOf(0)
  if (nul >= 0)
    throw new FileFault(
      'NUL_BYTE',
      `There is a NUL byte at offset ${nul}: this is no script, whatever its name says.`,
    )
}
