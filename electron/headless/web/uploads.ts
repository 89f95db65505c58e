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

/** A file that is larger than any reader takes. */
export class TooLarge extends JobyardError {
  constructor(name: string) {
    super('BAD_INPUT', `${name} has more than ${MAX_UPLOADED_FILE_BYTES} bytes. No job file is that large.`, {
      details: { max_bytes: MAX_UPLOADED_FILE_BYTES },
    })
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
    const is_limited = !UNLIMITED_ENDINGS.has(extname(name).toLowerCase())
    if (is_limited && (announced_bytes ?? 0) > MAX_UPLOADED_FILE_BYTES) throw new TooLarge(name)
    const count = (this.#counts.get(upload_id) ?? 0) + 1
    if (count > this.#max_files)
      throw new JobyardError('BAD_INPUT', `A drop may have ${this.#max_files} files at most.`)
    this.#counts.set(upload_id, count)
    const folder = join(this.#folder, upload_id)
    if (await isQueued(folder))
      throw new JobyardError('WRONG_STATE', 'The jobs of this drop are queued already. Drop the files again.')
    await write(join(folder, ...names), content, is_limited ? limit(name) : null)
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

function limit(name: string): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > MAX_UPLOADED_FILE_BYTES) done(new TooLarge(name))
      else done(null, chunk)
    },
  })
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null
}
