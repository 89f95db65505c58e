import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Finds the largest file of a folder. */
export default async function largest(input, job) {
  let found = { file: null, bytes: -1 }
  for (const name of await readdir(join(job.cwd, input.dir))) {
    const file = `${input.dir}/${name}`
    const { size } = await stat(join(job.cwd, file))
    if (size > found.bytes) found = { file, bytes: size }
  }
  return found
}
