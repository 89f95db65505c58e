import { compileTemplate, fillTemplate } from './template.ts'
import type { TemplateFault, TemplateRow, TemplateScope } from './template.ts'

const NO_ROW: TemplateRow = { values: [], matrix: {}, number: 0, slot_mark: '' }
const PLAIN = { shell: false }

/**
 * Puts variables of the environment into the patterns of `inputs.files`, before anything is looked for: braces mean what they
 * mean in a pattern.
 */
export function filledPatterns(
  patterns: readonly string[] | undefined,
  env: TemplateScope['env'],
): { readonly files?: string[] } | TemplateFault {
  if (patterns === undefined) return {}
  const scope: TemplateScope = { sources: null, matrix: null, env }
  const files: string[] = []
  for (const pattern of patterns) {
    const template = compileTemplate(pattern, scope, PLAIN)
    if (template !== null && 'message' in template) return template
    files.push(template === null ? pattern : fillTemplate(template, NO_ROW, PLAIN))
  }
  return { files }
}
