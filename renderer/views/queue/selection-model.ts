/** What is selected in a list, as plain values: clicks, keys and ranges make a new one each. */

export interface ListSelection {
  /** All that match the filter, whether loaded or not. */
  readonly is_all: boolean
  readonly ids: ReadonlySet<number>
  /** Where a range begins. */
  readonly anchor: number
  /** The row the keys are at; -1: none yet. */
  readonly focus: number
}

export const NOTHING_SELECTED: ListSelection = { is_all: false, ids: new Set(), anchor: -1, focus: -1 }

/** A plain click: this one only. */
export function selectOne(index: number, id: number | null): ListSelection {
  return { is_all: false, ids: new Set(id === null ? [] : [id]), anchor: index, focus: index }
}

/** Ctrl and a click, or the space bar: this one too, or not any more. */
export function toggleOne(before: ListSelection, index: number, id: number | null): ListSelection {
  const ids = new Set(before.is_all ? [] : before.ids)
  if (id !== null && !ids.delete(id)) ids.add(id)
  return { is_all: false, ids, anchor: index, focus: index }
}

/** Shift: from the anchor to here. `ids` are those of the rows between. */
export function selectRange(before: ListSelection, index: number, ids: Iterable<number>): ListSelection {
  return {
    is_all: false,
    ids: new Set(ids),
    anchor: before.anchor === -1 ? index : before.anchor,
    focus: index,
  }
}

export function selectAll(before: ListSelection): ListSelection {
  return { ...before, is_all: true, ids: new Set() }
}

/** The keys moved on without selecting. */
export function focusRow(before: ListSelection, index: number): ListSelection {
  return { ...before, focus: index }
}

/** The rows from the anchor to `index`, smaller first. */
export function rangeTo(
  before: ListSelection,
  index: number,
): { readonly first: number; readonly last: number } {
  const anchor = before.anchor === -1 ? index : before.anchor
  return { first: Math.min(anchor, index), last: Math.max(anchor, index) }
}

export function isSelected(selection: ListSelection, id: number): boolean {
  return selection.is_all || selection.ids.has(id)
}

/** What has left the list is not selected any more. */
export function keepOnly(before: ListSelection, ids: readonly number[]): ListSelection {
  return ids.length < before.ids.size ? { ...before, ids: new Set(ids) } : before
}

/** One selected job has moved to another row: the keys go on from there. */
export function followTo(before: ListSelection, index: number): ListSelection {
  return before.focus === index ? before : { ...before, anchor: index, focus: index }
}

export function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

export interface KeyMove {
  readonly key: string
  readonly page_rows: number
  readonly row_count: number
}

/** Where a key leads from `focus`; null: it is no key that moves. */
export function movedFocus(focus: number, { key, page_rows, row_count }: KeyMove): number | null {
  const last = row_count - 1
  const bounded = (index: number): number => Math.max(0, Math.min(last, index))
  switch (key) {
    case 'ArrowDown':
      return bounded(focus + 1)
    case 'ArrowUp':
      return bounded(focus === -1 ? 0 : focus - 1)
    case 'PageDown':
      return bounded(Math.max(0, focus) + page_rows)
    case 'PageUp':
      return bounded(focus - page_rows)
    case 'Home':
      return 0
    case 'End':
      return Math.max(0, last)
    default:
      return null
  }
}
