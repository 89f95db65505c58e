import { JobyardError } from '../../../shared/errors.ts'
import { QUEUED_MARK } from '../../engine/api/upload-folders.ts'

const MAX_DEPTH = 64
const MAX_NAME_BYTES = 255
const MAX_PATH_BYTES = 2_048

/** What a path below /upload/ asks for. */
export interface UploadPath {
  readonly upload_id: string
  /** Folders and the file's name, safe to join to a folder. */
  readonly names: readonly [string, ...string[]]
}

/**
 * Parses `<uuid>/<relative/path>`, each part percent-encoded.
 * @throws JobyardError BAD_INPUT where a name could lead out of the folder, or no file can have it
 */
export function parseUploadPath(path: string): UploadPath {
  const [upload_id = '', ...encoded] = path.split('/')
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(upload_id))
    throw new JobyardError('BAD_INPUT', 'The name of an upload must be a UUID.')
  const [first, ...others] = encoded.map(safeName)
  if (first === undefined || others.length >= MAX_DEPTH || Buffer.byteLength(path) > MAX_PATH_BYTES * 3)
    throw new JobyardError('BAD_INPUT', 'The path of the file is missing or too long.')
  // Without case: some file systems know none.
  if (first.toLowerCase() === QUEUED_MARK) throw unsafe(first)
  return { upload_id, names: [first, ...others] }
}

function safeName(encoded: string): string {
  const name = decode(encoded)
  if (name === null || name === '' || name === '.' || name === '..') throw unsafe(encoded)
  // What Windows has a meaning for is refused everywhere, so that an upload is the same on each system.
  if (/[/\\<>:"|?*]/.test(name) || /\p{Cc}/u.test(name) || /[. ]$/.test(name)) throw unsafe(name)
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw unsafe(name)
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) throw unsafe(name)
  return name
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

function unsafe(name: string): JobyardError {
  return new JobyardError(
    'BAD_INPUT',
    `A file or folder cannot be called ${JSON.stringify(name)} here. Rename it.`,
  )
}
