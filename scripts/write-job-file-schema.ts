import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { jobFileSchema } from '../shared/job-file.ts'

/**
 * Writes resources/job-file.schema.json from the zod schema of job files.
 * `--check` writes nothing and exits 1 when the file is not what would be written.
 */

const FILE = join(import.meta.dirname, '..', 'resources', 'job-file.schema.json')

export function jobFileJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(jobFileSchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod leaves these out where parsing transforms, because they might be of the output. Ours are of the input.
      const { examples, default: preset } = z.globalRegistry.get(zodSchema) ?? {}
      if (examples !== undefined) Object.assign(jsonSchema, { examples })
      if (preset !== undefined) Object.assign(jsonSchema, { default: preset })
    },
  })
  const whole = {
    $schema,
    $id: 'urn:jobyard:job-file:1',
    title: 'Jobyard job file',
    description: 'One job, or a list of jobs with what they have in common. YAML and JSON alike.',
    ...schema,
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

function isUpToDate(wanted: string): boolean {
  try {
    // A checkout on Windows may have put CRLF.
    return readFileSync(FILE, 'utf8').replaceAll('\r\n', '\n') === wanted
  } catch {
    return false
  }
}

if (import.meta.main) {
  const wanted = jobFileJsonSchema()
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, wanted)
  } else if (!isUpToDate(wanted)) {
    process.stderr.write(
      'resources/job-file.schema.json is stale. Run: node scripts/write-job-file-schema.ts\n',
    )
    process.exitCode = 1
  }
}
