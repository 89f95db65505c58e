import type { LogSpan } from './ansi.ts'

export interface MarkedSpan extends LogSpan {
  /** `current`: the match one stands at. */
  readonly mark: 'none' | 'match' | 'current'
}

/**
 * Cuts spans where matches begin and end.
 * @param starts places in the text of all spans together, in order
 * @param current the one of `starts` that one stands at; null: none
 */
export function markSpans(
  spans: readonly LogSpan[],
  starts: readonly number[],
  length: number,
  current: number | null,
): MarkedSpan[] {
  if (starts.length === 0 || length === 0) return spans.map((span) => ({ ...span, mark: 'none' }))
  const marked: MarkedSpan[] = []
  let offset = 0
  let match = 0
  for (const span of spans) {
    const end = offset + span.text.length
    let at = offset
    while (at < end) {
      while ((starts[match] ?? Infinity) + length <= at) match += 1
      const start = starts[match] ?? Infinity
      const inside = start <= at
      const to = Math.min(end, inside ? start + length : start)
      const mark = !inside ? 'none' : start === current ? 'current' : 'match'
      marked.push({ ...span, text: span.text.slice(at - offset, to - offset), mark })
      at = to
    }
    offset = end
  }
  return marked
}
