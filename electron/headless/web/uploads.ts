import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { JobyardError } from '../../../shared/errors.ts'
import { isQueued } from '../../engine/api/upload-folders.ts'
import type { UploadPath } from './upload-path.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/**
 * As much as the largest script that a reader takes.
 *
 * @internal
 */
export const MAX_UPLOADED_FILE_BYTES = 16 * 1_024 * 1_024
/** Files that are no job files by their names may be data for a recipe. */
const MAX_UPLOADED_DATA_BYTES = 1_024 * 1_024 * 1_024
/** Files of one upload. */
const MAX_UPLOADED_FILES = 10_000
/** Files of any size: a job a line. */
const UNLIMITED_ENDINGS: ReadonlySet<string> = new Set([
  '.jsonl',
  '.ndjson',
  '.commands',
  '.txt',
  '.csv',
  '.tsv',
  '.joblog',
])

/** Files that a reader takes as a whole. */
const WHOLE_ENDINGS: ReadonlySet<string> = new Set([
  ...['.sh', '.bash', '.py', '.js', '.mjs', '.cjs', '.ts', '.mts', '.ps1', '.bat', '.cmd'],
  ...['.yaml', '.yml', '.json', '.jobyard', ''],
])

/** A file that is larger than any reader takes, or too large to be sent. */
export class TooLarge extends JobyardError {
  constructor(name: string, max_bytes: number) {
    const advice =
      max_bytes === MAX_UPLOADED_FILE_BYTES
        ? 'No job file is that large.'
        : 'Bring it to the machine that Jobyard works on, and name it there on the command line.'
    super('BAD_INPUT', `${name} has more than ${max_bytes} bytes. ${advice}`, { details: { max_bytes } })
  }
}

/**
 * Files that a browser sends as content, one folder for each drop: `<data>/uploads/<upload id>/…`. (Who removes
 * them: engine/api/upload-folders.ts.)
 */
export class Uploads {
  readonly #folder: string
  /** Files of each upload of this process. */
  readonly #counts = new Map<string, number>()
  readonly #max_files: number

  /** @param folder `dataPaths(dir).uploads` */
  constructor(folder: string, max_files = MAX_UPLOADED_FILES) {
    this.#folder = folder
    this.#max_files = max_files
  }

  /**
   * Writes one file of a drop, whole or not at all.
   * @param announced_bytes what the sender says the content has, or null
   * @throws JobyardError BAD_INPUT (TooLarge, too many files), WRONG_STATE (there is such a file, jobs were queued already)
   */
  async receive(path: UploadPath, content: Readable, announced_bytes: number | null): Promise<void> {
    const { upload_id, names } = path
    const name = names.join('/')
    const max_bytes = limitOf(name)
    if (max_bytes !== null && (announced_bytes ?? 0) > max_bytes) throw new TooLarge(name, max_bytes)
    const count = (this.#counts.get(upload_id) ?? 0) + 1
    if (count > this.#max_files)
      throw new JobyardError('BAD_INPUT', `A drop may have ${this.#max_files} files at most.`)
    this.#counts.set(upload_id, count)
    const folder = join(this.#folder, upload_id)
    if (await isQueued(folder))
      throw new JobyardError('WRONG_STATE', 'The jobs of this drop are queued already. Drop the files again.')
    await write(join(folder, ...names), content, max_bytes === null ? null : limit(name, max_bytes))
  }
}

async function write(file: string, content: Readable, limiter: Transform | null): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE })
  const target = (await create(file)).createWriteStream()
  try {
    await (limiter === null ? pipeline(content, target) : pipeline(content, limiter, target))
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** Never over a file that is there: this keeps us from following links, too. */
async function create(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', FILE_MODE)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    throw new JobyardError('WRONG_STATE', 'There is a file of that name in this drop already.')
  }
}

/** null: it is read piece by piece, however large it is. */
function limitOf(name: string): number | null {
  const ending = extname(name).toLowerCase()
  if (UNLIMITED_ENDINGS.has(ending)) return null
  return WHOLE_ENDINGS.has(ending) ? MAX_UPLOADED_FILE_BYTES : MAX_UPLOADED_DATA_BYTES
}

function limit(name: string, max_bytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > max_bytes) done(new TooLarge(name, max_bytes))
      else done(null, chunk)
    },
  })
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null
}
