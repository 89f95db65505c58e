import type { z } from 'zod'
import { MAX_LIST_ITEMS } from '../../../shared/job-file-values.ts'
import { tellIssues } from './issues.ts'
import type { IssueContext } from './issues.ts'
import type { OnFault } from './source.ts'
import { valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

export interface EntrySchema<Output> {
  /** What can be seen to be right at a glance, as it is; null: it has to be parsed. */
  plain?(value: unknown): Output | null
  safeParse(value: unknown): z.ZodSafeParseResult<Output>
}

/**
 * Parses one part of a job file with its schema and tells every fault.
 * @returns null where there was one
 */
export function parseEntry<Output>(
  schema: EntrySchema<Output>,
  context: IssueContext,
  onFault: OnFault,
): Output | null {
  const value = valueAt(context.root, context.prefix)
  const plain = schema.plain?.(value) ?? null
  if (plain !== null) return plain
  const wide = tooWide(value)
  if (wide !== null) {
    const message = `More than ${MAX_LIST_ITEMS} items in one list or map. Use more jobs, or a file for the data.`
    onFault(() => ({ code: 'TOO_COMPLEX', path: [...context.prefix, ...wide], message }))
    return null
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  tellIssues(parsed.error.issues, context, onFault)
  return null
}

/** The list or map that has more items than a parser should be given, as a path. The input of a module may be anything. */
function tooWide(value: unknown, depth = 0): SpecPath | null {
  if (typeof value !== 'object' || value === null) return null
  if (Array.isArray(value)) return value.length > MAX_LIST_ITEMS ? [] : null
  const entries = Object.entries(value)
  if (entries.length > MAX_LIST_ITEMS) return []
  if (depth > 1) return null
  for (const [key, item] of entries) {
    // The jobs of a file are parsed one by one.
    if (depth === 0 && (key === 'with' || key === 'jobs')) continue
    const inner = tooWide(item, depth + 1)
    if (inner !== null) return [key, ...inner]
  }
  return null
}
