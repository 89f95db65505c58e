import type { z } from 'zod'
import { EXPRESSION_PATTERN, ROW_KEYS } from '../shared/job-file-row-keys.ts'

type Schema = z.core.JSONSchema.BaseSchema
type Node = NonNullable<Schema['anyOf']>[number]
type Part = NonNullable<Schema['properties']>[string]
type Definitions = NonNullable<Schema['$defs']>

const NAME = 'expression'
const EXPRESSION: Node = { $ref: `#/$defs/${NAME}` }
const OF_DEFINITION = /^#\/\$defs\/(.+)$/

/**
 * Lets expressions stand in the keys of jobs whose values have a fixed form, which zod sees in no job: readers keep
 * them back until they know what they come to.
 * @param schema that of a job, or of a file with one; changed in place
 */
export function allowExpressions(schema: Schema): void {
  const definitions: Definitions = { ...schema.$defs }
  const parts = [schema, ...(schema.anyOf ?? []), definitions['job']]
  const jobs = parts.filter((part) => typeof part === 'object' && part.properties?.['command'] !== undefined)
  const defaults = parts.map((part) => (typeof part === 'object' ? part.properties?.['defaults'] : undefined))
  for (const keys of [...jobs, ...defaults]) {
    if (typeof keys !== 'object' || keys.properties === undefined) continue
    for (const key of ROW_KEYS) {
      const node = keys.properties[key]
      if (node !== undefined) keys.properties[key] = partOrExpression(node, definitions)
    }
  }
  definitions[NAME] = {
    type: 'string',
    pattern: EXPRESSION_PATTERN.source,
    description: 'In a sweep: a text with an expression, which is put in for each job.',
    examples: ['${{ matrix.x }}'],
  }
  schema.$defs = definitions
}

function partOrExpression(part: Part, definitions: Definitions): Part {
  return typeof part === 'boolean' ? part : orExpression(part, definitions)
}

function orExpression(node: Node, definitions: Definitions): Node {
  if (node.$ref !== undefined) return { ...node, $ref: refOrExpression(node.$ref, definitions) }
  if (node.properties !== undefined) {
    const properties: Record<string, Part> = {}
    for (const [key, part] of Object.entries(node.properties)) {
      properties[key] = partOrExpression(part, definitions)
    }
    return { ...node, properties }
  }
  if (node.anyOf !== undefined) {
    const ways = node.anyOf.map((way) =>
      way.properties === undefined ? way : orExpression(way, definitions),
    )
    return { ...node, anyOf: [...ways, EXPRESSION] }
  }
  const { description, default: preset, examples, items, ...rest } = node
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(examples === undefined ? {} : { examples }),
  }
  if (items === undefined) return { ...about, anyOf: [rest, EXPRESSION] }
  return { ...node, items: Array.isArray(items) ? items : partOrExpression(items, definitions) }
}

/** Other places that name the definition stay as strict as they are. */
function refOrExpression(ref: string, definitions: Definitions): string {
  const name = OF_DEFINITION.exec(ref)?.[1]
  const known = name === undefined ? undefined : definitions[name]
  if (name === undefined || known === undefined) return ref
  const derived = `${name}-or-expression`
  definitions[derived] ??= orExpression(known, definitions)
  return `#/$defs/${derived}`
}
