import { nearest } from './issues.ts'
import { quoted } from './spec-path.ts'

/** What may be asked of a needed job. */
const NEED_PARTS = ['result', 'exit_code', 'state'] as const

/** `needs.fetch.result.url`: one value of one needed job. */
export interface NeedValue {
  /** The name or the id of the job, as it is written in `needs`. */
  readonly label: string
  readonly part: (typeof NEED_PARTS)[number]
  /** Into the result. */
  readonly path: readonly string[]
}

/** @param path what stands behind `needs`. @returns what it names, or a hint why that is nothing */
export function needValue(
  [label = '', part, ...path]: readonly string[],
  known: ReadonlySet<string>,
): NeedValue | string {
  if (!known.has(label)) {
    const near = nearest(label, known)
    return near === null
      ? `This job does not need ${quoted(label)}: it needs ${[...known].slice(0, 10).join(', ')}.`
      : `Did you mean ${quoted(near)}?`
  }
  const found = NEED_PARTS.find((candidate) => candidate === part)
  if (found === undefined) return `Of a needed job there are ${NEED_PARTS.join(', ')}.`
  if (found !== 'result' && path.length > 0) return `Nothing is inside ${found}.`
  return { label, part: found, path }
}
