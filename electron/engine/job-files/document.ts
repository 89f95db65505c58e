import { looksLikeJobFile, readDocumentText } from './document-text.ts'
import type { DocumentFile } from './document-text.ts'
import { DocumentFaults, draftJobs } from './document-jobs.ts'
import type { DraftedFile } from './document-jobs.ts'
import type { DropNames } from './drop-names.ts'
import { ACCEPTED_FILES } from './file-kind.ts'
import { isPueueStatus, readPueueStatus } from './interchange-pueue.ts'
import type { JobBatches } from './job-batches.ts'
import { parseJsonText } from './json-file.ts'
import { MAX_LINKED_CHARS } from './limits.ts'
import { linkedJobs, needsOtherFiles } from './linked-jobs.ts'
import { neededIds } from './needs.ts'
import type { Environment } from './normalise.ts'
import type { ProblemList } from './problem-list.ts'
import { placeFaults } from './raw-problems.ts'
import type { ParsedFile } from './source.ts'
import { describe } from './spec-path.ts'
import type { Targets } from './targets.ts'
import { parseYamlText } from './yaml-file.ts'

export interface DocumentContext {
  readonly env: Environment
  readonly targets: Targets
  readonly batches: JobBatches
  readonly problems: ProblemList
  readonly names: DropNames
  /** Files that wait for the others, because their jobs need jobs of those. */
  readonly waiting: WaitingFiles
}

interface ReadDocument {
  readonly path: string
  readonly text: string
  readonly parsed: ParsedFile | null
  readonly faults: DocumentFaults
}

/** Documents whose jobs need jobs of other files: they come after all others, and are linked together. */
export class WaitingFiles {
  readonly #files: (ReadDocument & { readonly drafted: DraftedFile })[] = []
  #chars = 0

  /** @returns false where there are too many already */
  add(document: ReadDocument, drafted: DraftedFile): boolean {
    this.#chars += document.text.length
    if (this.#chars > MAX_LINKED_CHARS && this.#files.length > 0) return false
    this.#files.push({ ...document, drafted })
    return true
  }

  /** Hands out their jobs, and tells all their faults. */
  async link(context: DocumentContext): Promise<void> {
    const files = this.#files.splice(0)
    await handOut(
      files.map(({ drafted }) => drafted),
      context,
    )
    for (const file of files) tellFaults(file, context)
  }
}

/**
 * Reads a YAML or JSON job file as a whole.
 * @param named somebody has named this file; in a folder, files of these formats that are no job files are passed over
 * @returns whether it was a job file
 */
export async function readDocument(
  file: DocumentFile,
  named: boolean,
  context: DocumentContext,
): Promise<boolean> {
  const text = readDocumentText(file, named)
  if (text === null) return false
  if (typeof text !== 'string') {
    context.problems.add([text])
    return true
  }
  const faults = new DocumentFaults()
  const isEmpty = text.trim() === ''
  const parsed = isEmpty ? EMPTY : parseText(file, text, faults)
  if (named && parsed !== null && isPueueStatus(parsed.value)) {
    await readPueueStatus(file.path, text, parsed, context)
    return true
  }
  if (!named && !file.marked && !isJobFile(parsed, text)) return false
  const document = { path: file.path, text, parsed, faults }
  if (parsed !== null && checkFrame(file, text, parsed, faults)) {
    const isRead = await readJobs({ ...document, parsed }, context)
    if (!isRead) return true
  }
  tellFaults(document, context)
  return true
}

function tellFaults({ path, text, parsed, faults }: ReadDocument, { problems }: DocumentContext): void {
  const { kept, more } = faults.counter
  problems.add(placeFaults(path, text, kept, parsed, 1), more)
}

const EMPTY: ParsedFile = {
  value: null,
  locate: (loci) => loci.map(() => 0),
  jobOffset: () => 0,
  writtenAs: () => null,
}

function parseText(file: DocumentFile, text: string, faults: DocumentFaults): ParsedFile | null {
  return file.syntax === 'yaml'
    ? parseYamlText(text, faults.whileParsing)
    : parseJsonText(text, faults.whileParsing)
}

/** @returns false where it waits for other files */
async function readJobs(
  document: ReadDocument & { readonly parsed: ParsedFile },
  context: DocumentContext,
): Promise<boolean> {
  const { path, text, parsed, faults } = document
  const { targets, env, names, waiting } = context
  const drafted = draftJobs(text, parsed, faults, { file: path, targets, env })
  await names.lookUp(neededIds(drafted.drafts))
  if (names.has_others && needsOtherFiles(drafted)) {
    if (waiting.add(document, drafted)) return false
    const message = `Files whose jobs need jobs of other files are read together, and these are more than ${MAX_LINKED_CHARS} characters. Put the jobs into fewer files, or drop the files one after the other and name the jobs by their ids.`
    faults.ofFrame(() => ({ code: 'TOO_COMPLEX', path: [], message }))
    return true
  }
  await handOut([drafted], context)
  return true
}

async function handOut(files: readonly DraftedFile[], { batches, names }: DocumentContext): Promise<void> {
  const jobs = linkedJobs(files, { names, base: batches.count, wanted: batches.wanted })
  for (const { job, joined } of jobs) {
    batches.add(job)
    if (!joined && batches.isFull) await batches.flush()
  }
}

const JOB_KEYS = ['jobs', 'command', 'script', 'module'] as const

function hasJob(value: unknown): boolean {
  return typeof value === 'object' && value !== null && JOB_KEYS.some((key) => Object.hasOwn(value, key))
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
}

function isJobFile(parsed: ParsedFile | null, text: string): boolean {
  if (parsed === null) return looksLikeJobFile(text)
  return versionOf(parsed.value) === 1 && hasJob(parsed.value)
}

/** Whether it makes sense to look for jobs; else why not was told. */
function checkFrame(
  file: DocumentFile,
  text: string,
  { value }: ParsedFile,
  faults: DocumentFaults,
): boolean {
  const at = { path: [], offset: 0 } as const
  if (value === null && (file.syntax === 'yaml' || text.trim() === '')) {
    faults.ofFrame(() => ({
      ...at,
      code: 'EMPTY',
      message: 'There is nothing in this file. It should hold a job.',
    }))
    return false
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const hint = Array.isArray(value) ? ' Put the list under "jobs".' : ''
    const [expected, found] = ['a map with a job', describe(value)]
    const message = `Expected ${expected}, found ${found}.${hint}`
    faults.ofFrame(() => ({ path: [], code: 'INVALID', message, expected, found }))
    return false
  }
  if (file.marked || versionOf(value) !== undefined) return true
  if (!hasJob(value)) {
    faults.ofFrame(() => ({
      ...at,
      code: 'NOT_A_JOB_FILE',
      message: `There is no job in this file. Accepted are ${ACCEPTED_FILES}.`,
    }))
    return false
  }
  const message =
    'A job file needs "version: 1", unless it is named *.job.yaml, *.job.yml, *.job.json or *.jobyard.'
  faults.ofFrame(() => ({ path: [], code: 'VERSION', message, found: 'nothing', expected: '1' }))
  return true
}
