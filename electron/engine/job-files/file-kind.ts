import { basename, extname } from 'node:path'

/** What a file is by its name. `unknown`: a script, if it is executable and its first line says what runs it. */
export type FileKind =
  | { readonly kind: 'script' }
  /** `marked`: named *.job.yaml or the like, so that a version is not asked for. */
  | { readonly kind: 'document'; readonly syntax: 'yaml' | 'json'; readonly marked: boolean }
  | { readonly kind: 'lines' }
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
  '*.job.yaml, *.job.yml, *.job.json, YAML and JSON with "version: 1" and a job, .jsonl, .ndjson, and folders of these'

export function fileKind(path: string): FileKind {
  const name = basename(path).toLowerCase()
  const ending = extname(name)
  if (ending === '.jsonl' || ending === '.ndjson') return { kind: 'lines' }
  if (ending === '.json') return { kind: 'document', syntax: 'json', marked: name.endsWith('.job.json') }
  if (ending === '.yaml' || ending === '.yml') {
    return { kind: 'document', syntax: 'yaml', marked: /\.job\.ya?ml$/.test(name) }
  }
  // A declaration has nothing to run.
  if (/\.d\.m?ts$/.test(name)) return { kind: 'unknown' }
  return { kind: SCRIPT_ENDINGS.has(ending) ? 'script' : 'unknown' }
}
