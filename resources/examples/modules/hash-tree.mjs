import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** The SHA-256 of every file below `input.folder`. */
export default async function hashTree(input, job) {
  const folder = join(job.cwd, input.folder)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hashes = {}
  for (const [index, file] of files.entries()) {
    const name = relative(folder, file)
    job.progress(index / files.length, name)
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash, { signal: job.signal })
    hashes[name] = hash.digest('hex')
    job.log(`${hashes[name]}  ${name}`)
  }
  return { files: files.length, hashes }
}
