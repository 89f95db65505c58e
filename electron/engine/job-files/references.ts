import { dirname, resolve } from 'node:path'
import { readDocumentText } from './document-text.ts'
import type { FoundFile } from './folder-walk.ts'
import { parseJsonText } from './json-file.ts'
import { readLines } from './line-reader.ts'
import { FileFault } from './file-fault.ts'
import { RegularFile } from './regular-file.ts'
import { valueAt } from './spec-path.ts'
import { parseYamlText } from './yaml-file.ts'

const KEYS = ['module', 'script'] as const
const MENTIONS = /\b(?:module|script)\b/
const ignore = (): void => undefined

/**
 * The files that the job files of a drop run by `module` or `script`: those are no jobs of their own, even where they
 * lie in the same folder. Faults are not told here; each file is read again for its jobs.
 */
export function referencedFiles(files: readonly FoundFile[]): ReadonlySet<string> {
  const found = new Set<string>()
  // Without scripts there is nothing that could be taken for a job by mistake.
  if (!files.some(({ kind }) => kind.kind === 'script')) return found
  for (const file of files) {
    if (file.kind.kind === 'document') ofDocument({ path: file.path, ...file.kind }, file.named, found)
    else if (file.kind.kind === 'lines') ofLines(file.path, found)
  }
  return found
}

function ofDocument(file: Parameters<typeof readDocumentText>[0], named: boolean, found: Set<string>): void {
  const text = readDocumentText(file, named)
  if (typeof text !== 'string' || !MENTIONS.test(text)) return
  const parsed = file.syntax === 'yaml' ? parseYamlText(text, ignore) : parseJsonText(text, ignore)
  if (parsed === null) return
  ofJob(parsed.value, file.path, found)
  const jobs = valueAt(parsed.value, ['jobs'])
  if (Array.isArray(jobs)) for (const job of jobs) ofJob(job, file.path, found)
}

function ofLines(path: string, found: Set<string>): void {
  let file: RegularFile | null = null
  try {
    file = new RegularFile(path)
    for (const { bytes } of readLines(file)) {
      if (bytes === null || !KEYS.some((key) => bytes.includes(key))) continue
      try {
        ofJob(JSON.parse(bytes.toString('utf8')), path, found)
      } catch {
        // Told when its jobs are read.
      }
    }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
  } finally {
    file?.close()
  }
}

function ofJob(job: unknown, file: string, found: Set<string>): void {
  for (const key of KEYS) {
    const target = valueAt(job, [key])
    if (typeof target === 'string') found.add(resolve(dirname(file), target))
  }
}
