import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** Compresses one file into the folder `out`. */
export default async function gzip(input, job) {
  const source = join(job.cwd, input.file)
  const target = join(job.cwd, 'out', `${basename(source)}.gz`)
  await mkdir(join(job.cwd, 'out'), { recursive: true })
  await pipeline(
    createReadStream(source),
    createGzip({ level: input.level ?? 6 }),
    createWriteStream(target),
    {
      signal: job.signal,
    },
  )
  const [before, after] = await Promise.all([stat(source), stat(target)])
  return { file: input.file, bytes_before: before.size, bytes_after: after.size }
}
