import type { SortKey } from './sort-keys.ts'

/** Jobs of a list, as columns: a million of them are kept as numbers, not as objects. */
export interface KeyColumns {
  readonly ids: Float64Array
  readonly ranks: Float64Array
  readonly values: Float64Array | readonly string[]
}

type CompareAt = (a: KeyColumns, at: number, b: KeyColumns, other: number) => number

/** How two jobs of a list stand to one another: by rank, then by value and id, both turned round where it goes `down`. */
function comparing(down: boolean): CompareAt {
  const sign = down ? -1 : 1
  return (a, at, b, other) => {
    const rank = numberAt(a.ranks, at) - numberAt(b.ranks, other)
    if (rank !== 0) return rank
    const mine = a.values[at] ?? 0
    const others = b.values[other] ?? 0
    if (mine !== others) return mine < others ? -sign : sign
    return sign * (numberAt(a.ids, at) - numberAt(b.ids, other))
  }
}

function numberAt(column: Float64Array, at: number): number {
  return column[at] ?? 0
}

/** Sorts what comes in pieces, a piece at a time, so that whoever asks for it can do other things between. */
export class ListSorter {
  readonly #compare: CompareAt
  /** Each longer than the one behind it: two of about the same length are made one. */
  readonly #runs: KeyColumns[] = []

  constructor(down: boolean) {
    this.#compare = comparing(down)
  }

  add(piece: KeyColumns): void {
    const places = Array.from({ length: piece.ids.length }, (_none, at) => at)
    places.sort((a, b) => this.#compare(piece, a, piece, b))
    this.#runs.push(picked(piece, places))
  }

  /** One merge of two runs, if there is one to do. @returns whether there was */
  mergeSome(isLast: boolean): boolean {
    const [first, second] = this.#runs.slice(-2)
    if (first === undefined || second === undefined) return false
    if (!isLast && first.ids.length > second.ids.length * 2) return false
    this.#runs.splice(-2, 2, merged(first, second, this.#compare))
    return true
  }

  /** The only run that is left. */
  get result(): KeyColumns {
    return this.#runs[0] ?? { ids: new Float64Array(), ranks: new Float64Array(), values: [] }
  }
}

function picked({ ids, ranks, values }: KeyColumns, places: readonly number[]): KeyColumns {
  return {
    ids: Float64Array.from(places, (at) => numberAt(ids, at)),
    ranks: Float64Array.from(places, (at) => numberAt(ranks, at)),
    values:
      values instanceof Float64Array
        ? Float64Array.from(places, (at) => numberAt(values, at))
        : places.map((at) => values[at] ?? ''),
  }
}

function merged(a: KeyColumns, b: KeyColumns, compare: CompareAt): KeyColumns {
  const length = a.ids.length + b.ids.length
  const into = { ids: new Float64Array(length), ranks: new Float64Array(length) }
  const numbers = new Float64Array(a.values instanceof Float64Array ? length : 0)
  const texts: string[] = []
  let [i, j] = [0, 0]
  for (let at = 0; at < length; at += 1) {
    const is_first = j >= b.ids.length || (i < a.ids.length && compare(a, i, b, j) <= 0)
    const from = is_first ? a : b
    const place = is_first ? i++ : j++
    into.ids[at] = numberAt(from.ids, place)
    into.ranks[at] = numberAt(from.ranks, place)
    const value = from.values[place] ?? 0
    if (typeof value === 'number') numbers[at] = value
    else texts.push(value)
  }
  return { ...into, values: a.values instanceof Float64Array ? numbers : texts }
}

/**
 * The place behind `key` in a sorted list.
 * @param keyAt the key of the job at a place; null where it is not known any more
 */
export function placeBehind(
  { ids, key, down }: { readonly ids: Float64Array; readonly key: SortKey; readonly down: boolean },
  keyAt: (place: number) => SortKey | null,
): number {
  const known = ids.indexOf(key.id)
  if (known !== -1) {
    const at = keyAt(known)
    if (at === null || (at.rank === key.rank && at.value === key.value)) return known + 1
  }
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = keyAt(middle)
    if (at === null || compareKeys(at, key, down) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function compareKeys(a: SortKey, b: SortKey, down: boolean): number {
  const sign = down ? -1 : 1
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.value !== b.value) return a.value < b.value ? -sign : sign
  return sign * (a.id - b.id)
}
