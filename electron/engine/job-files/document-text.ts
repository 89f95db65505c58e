import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { FileFault } from './file-fault.ts'
import { MAX_JSON_BYTES, MAX_YAML_BYTES } from './limits.ts'
import { RegularFile, readWhole } from './regular-file.ts'
import { decodeText } from './text.ts'

/** A YAML or JSON file that may be a job file. */
export interface DocumentFile {
  readonly path: string
  readonly syntax: 'yaml' | 'json'
  /** Its name says that it is a job file, so that it needs no version. */
  readonly marked: boolean
}

/** What is looked at of a file that is not read. */
const HEAD_BYTES = 65_536
const VERSION_1 = /(?:^|[{,\s])["']?version["']?\s*:\s*1\s*(?:$|[,}\r\n#])/m
const JOB_KEY = /(?:^|[{,\s])["']?(?:jobs|command|script|module)["']?\s*:/m

/** True where the start of a text says so plainly that it is a job file that its faults should be told. */
export function looksLikeJobFile(text: string): boolean {
  const head = text.slice(0, HEAD_BYTES)
  return VERSION_1.test(head) && JOB_KEY.test(head)
}

/**
 * The text of a document; or a problem; or null where the file need not be told about: nobody has named it, and it
 * neither is called a job file nor looks like one.
 */
export function readDocumentText(file: DocumentFile, named: boolean): string | JobFileProblem | null {
  let opened: RegularFile | null = null
  try {
    opened = new RegularFile(file.path)
    const limit = file.syntax === 'yaml' ? MAX_YAML_BYTES : MAX_JSON_BYTES
    if (opened.size > limit && !named && !file.marked && !looksLikeJobFile(readHead(opened))) return null
    const bytes = readWhole(opened, limit, file.syntax === 'yaml' ? 'A YAML job file' : 'A JSON job file')
    const text = decodeText(bytes)
    if (typeof text === 'string') return text
    if (!named && !file.marked && !looksLikeJobFile(bytes.toString('latin1', 0, HEAD_BYTES))) return null
    return { file: file.path, path: '', ...text }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    return { file: file.path, line: null, column: null, path: '', code: error.code, message: error.message }
  } finally {
    opened?.close()
  }
}

function readHead(file: RegularFile): string {
  const bytes = Buffer.alloc(HEAD_BYTES)
  return bytes.toString('latin1', 0, file.read(bytes, 0, HEAD_BYTES))
}
