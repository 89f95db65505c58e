import { randomBytes } from 'node:crypto'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const SECRET_BYTES = 32
/** A secret that is older is not used again. */
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1_000

/**
 * What the cookie of a browser holds that has shown the token of a link. It is kept in the data directory, readable for
 * this user alone, so that a page that stands open goes on by itself when its host was restarted.
 */
export async function keptSecret(data_dir: string): Promise<string> {
  const file = join(data_dir, 'web-secret')
  const known = await readKept(file)
  if (known !== null) return known
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  await writeFile(`${file}.new`, secret, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return secret
}

async function readKept(file: string): Promise<string | null> {
  try {
    const { mtimeMs } = await stat(file)
    const secret = await readFile(file, 'utf8')
    return Date.now() - mtimeMs < MAX_AGE_MS && /^[\w-]{43}$/.test(secret) ? secret : null
  } catch {
    // There is none, or it cannot be read: a new one does no harm.
    return null
  }
}
