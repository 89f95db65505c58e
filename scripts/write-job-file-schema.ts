import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { jobFileSchema } from '../shared/job-file.ts'
import { recipeFileSchema } from '../shared/recipe-file.ts'
import { allowExpressions } from './row-key-schemas.ts'

/**
 * Writes resources/job-file.schema.json and resources/recipe.schema.json from the zod schemas of job files and recipes.
 * `--check` writes nothing and exits 1 when a file is not what would be written.
 */

interface Published {
  readonly file: string
  readonly zod: z.ZodType
  readonly head: { readonly $id: string; readonly title: string; readonly description: string }
}

const JOB_FILE: Published = {
  file: 'job-file.schema.json',
  zod: jobFileSchema,
  head: {
    $id: 'urn:jobyard:job-file:1',
    title: 'Jobyard job file',
    description: 'One job, or a list of jobs with what they have in common. YAML and JSON alike.',
  },
}

const RECIPE: Published = {
  file: 'recipe.schema.json',
  zod: recipeFileSchema,
  head: {
    $id: 'urn:jobyard:recipe:1',
    title: 'Jobyard recipe',
    description: 'A job with a hole for the files that are dropped on it. YAML and JSON alike.',
  },
}

export function jobFileJsonSchema(): string {
  return jsonSchemaOf(JOB_FILE)
}

export function recipeJsonSchema(): string {
  return jsonSchemaOf(RECIPE)
}

function jsonSchemaOf({ zod, head }: Published): string {
  const { $schema, ...schema } = z.toJSONSchema(zod, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod leaves these out where parsing transforms, because they might be of the output. Ours are of the input.
      const { examples, default: preset } = z.globalRegistry.get(zodSchema) ?? {}
      if (examples !== undefined) Object.assign(jsonSchema, { examples })
      if (preset !== undefined) Object.assign(jsonSchema, { default: preset })
    },
  })
  allowExpressions(schema)
  return `${JSON.stringify({ $schema, ...head, ...schema }, null, 2)}\n`
}

function pathOf({ file }: Published): string {
  return join(import.meta.dirname, '..', 'resources', file)
}

function isUpToDate(published: Published, wanted: string): boolean {
  try {
    // A checkout on Windows may have put CRLF.
    return readFileSync(pathOf(published), 'utf8').replaceAll('\r\n', '\n') === wanted
  } catch {
    return false
  }
}

if (import.meta.main) {
  for (const published of [JOB_FILE, RECIPE]) {
    const wanted = jsonSchemaOf(published)
    if (!process.argv.includes('--check')) {
      writeFileSync(pathOf(published), wanted)
    } else if (!isUpToDate(published, wanted)) {
      process.stderr.write(
        `resources/${published.file} is stale. Run: node scripts/write-job-file-schema.ts\n`,
      )
      process.exitCode = 1
    }
  }
}
