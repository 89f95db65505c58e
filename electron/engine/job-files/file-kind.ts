import { basename, extname } from 'node:path'
import { FileFault } from './file-fault.ts'
import { isRecipeFile } from '../recipes/recipe-name.ts'
import { startsAsJoblog } from './interchange-joblog.ts'
import { withFile } from './regular-file.ts'

/** Opens with Jobyard on every system; two endings, as in `.job.yaml`, mean nothing to macOS and Windows. */
const OWN_ENDING = '.jobyard'
/** Room for a byte order mark and blank lines before the first character that counts. */
const SNIFFED_BYTES = 1_024

/** What a file is by its name. `unknown`: a script, if it is executable and its first line says what runs it. */
export type FileKind =
  | { readonly kind: 'script' }
  /** `marked`: named *.job.yaml, *.jobyard or the like, so that a version is not asked for. */
  | { readonly kind: 'document'; readonly syntax: 'yaml' | 'json'; readonly marked: boolean }
  | { readonly kind: 'lines' }
  /** `marked`: named so that each line is a command; else that depends on what it holds. */
  | { readonly kind: 'commands'; readonly marked: boolean }
  | { readonly kind: 'table'; readonly syntax: 'csv' | 'tsv' }
  /** A log of GNU parallel. */
  | { readonly kind: 'joblog' }
  | { readonly kind: 'unknown' }

const SCRIPT_ENDINGS: ReadonlySet<string> = new Set([
  '.sh',
  '.bash',
  '.py',
  '.js',
  '.mjs',
  '.cjs',
  '.ts',
  '.mts',
  '.ps1',
  '.bat',
  '.cmd',
])

export const ACCEPTED_FILES =
  'scripts (.sh .bash .py .js .mjs .cjs .ts .mts .ps1 .bat .cmd, or executable with a first line "#!…"), ' +
  '*.job.yaml, *.job.yml, *.job.json, *.jobyard, YAML and JSON with "version: 1" and a job, .jsonl, .ndjson, ' +
  'lists of commands (.commands, .txt), tables with a column "command" (.csv, .tsv), ' +
  'a joblog of GNU parallel, the output of "pueue status --json" (.json), ' +
  'and folders of these'

export function fileKind(path: string): FileKind {
  const name = basename(path).toLowerCase()
  const ending = extname(name)
  if (ending === '.jsonl' || ending === '.ndjson') return { kind: 'lines' }
  if (ending === '.commands' || ending === '.txt') return { kind: 'commands', marked: ending === '.commands' }
  // Data files are dropped on it; it runs nothing by itself.
  if (isRecipeFile(name)) return { kind: 'unknown' }
  if (ending === '.joblog') return { kind: 'joblog' }
  if (ending === '.csv' || ending === '.tsv')
    return { kind: 'table', syntax: ending === '.csv' ? 'csv' : 'tsv' }
  if (ending === '.json') return { kind: 'document', syntax: 'json', marked: name.endsWith('.job.json') }
  if (ending === '.yaml' || ending === '.yml') {
    return { kind: 'document', syntax: 'yaml', marked: /\.job\.ya?ml$/.test(name) }
  }
  // Which of the two it is says `sniffSyntax`.
  if (ending === OWN_ENDING) return { kind: 'document', syntax: 'yaml', marked: true }
  // A declaration has nothing to run.
  if (/\.d\.m?ts$/.test(name)) return { kind: 'unknown' }
  return { kind: SCRIPT_ENDINGS.has(ending) ? 'script' : 'unknown' }
}

/** The kind of a file that somebody has named: a log of GNU parallel may have any name. */
export function namedKind(path: string): FileKind {
  const kind = fileKind(path)
  const isOpen = kind.kind === 'unknown' || kind.kind === 'table' || kind.kind === 'commands'
  return isOpen && startsAsJoblog(path) ? { kind: 'joblog' } : kind
}

/** False for a file that is passed over unless somebody has named it: texts and logs lie in many a folder. */
export function isTakenInFolders(kind: FileKind): boolean {
  if (kind.kind === 'commands') return kind.marked
  return kind.kind !== 'unknown' && kind.kind !== 'joblog'
}

/** The kind of a file whose name leaves open how it is written; every other kind is given back as it is. */
export function sniffSyntax<T extends FileKind>(path: string, kind: T): T {
  if (kind.kind !== 'document' || extname(path).toLowerCase() !== OWN_ENDING) return kind
  return { ...kind, syntax: startsAsJson(path) ? 'json' : 'yaml' }
}

function startsAsJson(path: string): boolean {
  const bytes = Buffer.alloc(SNIFFED_BYTES)
  try {
    const length = withFile(path, (file) => file.read(bytes, 0, SNIFFED_BYTES))
    // `trim` takes a byte order mark away, too.
    return /^[{[]/.test(bytes.toString('utf8', 0, length).trim())
  } catch (error) {
    // Told when its jobs are read.
    if (error instanceof FileFault) return false
    throw error
  }
}
