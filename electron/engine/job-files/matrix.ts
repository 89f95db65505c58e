import type { MatrixEntry } from '../../../shared/job-file-sweep.ts'
import { scalarText } from './template.ts'

type Values = Readonly<Record<string, unknown>>

/** One combination of a matrix. */
export interface Combination {
  readonly values: Values
  /** What tells it from the others, in few words. */
  readonly label: readonly string[]
}

/**
 * The combinations of a matrix, in the order and by the rules of GitHub Actions: the first name changes slowest; `exclude`
 * takes combinations out; after that each map of `include` is added to every combination of which it changes no value,
 * and is a combination of its own where there is none. Nothing is kept of what was handed out.
 */
export class Matrix {
  readonly #axes: readonly (readonly [string, readonly unknown[]])[]
  readonly #include: readonly Values[]
  readonly #exclude: readonly Values[]
  readonly #excluded: MapIndex
  readonly #added: MapIndex

  constructor({ include = [], exclude = [], ...axes }: MatrixEntry) {
    this.#axes = Object.entries(axes)
    this.#include = include
    this.#exclude = exclude
    this.#excluded = new MapIndex(exclude)
    this.#added = new MapIndex(include.map((entry) => this.#onAxes(entry)))
  }

  /** Every name that some combination has. */
  get names(): Set<string> {
    const names = new Set(this.#axes.map(([name]) => name))
    for (const entry of this.#include) for (const name of Object.keys(entry)) names.add(name)
    return names
  }

  /** Names of `exclude` that no combination has when it is applied: nothing would ever be excluded by them. */
  *strangeNames(): Generator<{ readonly index: number; readonly name: string }> {
    for (const [index, entry] of this.#exclude.entries()) {
      for (const name of Object.keys(entry)) if (!this.#isAxis(name)) yield { index, name }
    }
  }

  /** At most so many combinations there are. */
  get size(): number {
    return this.#product() + this.#include.length
  }

  /** How much there is to compare to find out which maps match which combinations. */
  get comparisons(): number {
    return this.#product() * (this.#excluded.lookups + this.#added.lookups)
  }

  *combinations(): Generator<Combination, void, undefined> {
    const was_added = new Uint8Array(this.#include.length)
    const product = this.#product()
    for (let number = 0; number < product; number += 1) {
      const values = this.#combination(number, product)
      if (this.#excluded.matching(values).length > 0) continue
      const added = this.#added.matching(values)
      if (added.length === 0) {
        yield new Labelled(values, values)
        continue
      }
      const whole: Record<string, unknown> = { ...values }
      for (const index of added) {
        was_added[index] = 1
        Object.assign(whole, this.#include[index])
      }
      // Of what it was matched by, an added map may have less: the combination's own values stand.
      yield new Labelled(Object.assign(whole, values), values)
    }
    for (const [index, values] of this.#include.entries()) {
      if (was_added[index] === 0) yield new Labelled(values, values)
    }
  }

  #isAxis(name: string): boolean {
    return this.#axes.some(([axis]) => axis === name)
  }

  /** Without axes there are no combinations but those of `include`. */
  #product(): number {
    return this.#axes.length === 0
      ? 0
      : this.#axes.reduce((product, [, values]) => product * values.length, 1)
  }

  #combination(number: number, product: number): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    let below = product
    for (const [name, axis] of this.#axes) {
      below /= axis.length
      values[name] = axis[Math.floor(number / below) % axis.length]
    }
    return values
  }

  #onAxes(entry: Values): Values {
    return Object.fromEntries(Object.entries(entry).filter(([name]) => this.#isAxis(name)))
  }
}

/** Most names say by themselves which values they are of: labels are made when they are asked for. */
class Labelled implements Combination {
  readonly values: Values
  readonly #own: Values

  constructor(values: Values, own: Values) {
    this.values = values
    this.#own = own
  }

  get label(): readonly string[] {
    return Object.values(this.#own).map(scalarText)
  }
}

const NONE: readonly number[] = []

/** Finds the maps that a combination matches, without going through all of them: those of the same keys are looked up. */
class MapIndex {
  readonly #by_keys = new Map<
    string,
    { readonly keys: readonly string[]; readonly found: Map<string, number[]> }
  >()
  /** With maps as values, of which a part is enough. */
  readonly #deep: { readonly index: number; readonly values: Values }[] = []

  constructor(maps: readonly Values[]) {
    for (const [index, values] of maps.entries()) {
      const keys = Object.keys(values).sort()
      if (keys.some((key) => isMap(values[key]))) {
        this.#deep.push({ index, values })
        continue
      }
      const id = JSON.stringify(keys)
      const group = this.#by_keys.get(id) ?? { keys, found: new Map<string, number[]>() }
      this.#by_keys.set(id, group)
      const text = textOf(values, keys)
      const known = group.found.get(text)
      if (known === undefined) group.found.set(text, [index])
      else known.push(index)
    }
  }

  /** Made for each combination. */
  get lookups(): number {
    return this.#by_keys.size + this.#deep.length
  }

  /** Their indexes, ascending. */
  matching(values: Values): readonly number[] {
    if (this.lookups === 0) return NONE
    const found: number[] = []
    for (const { keys, found: by_text } of this.#by_keys.values()) {
      found.push(...(by_text.get(textOf(values, keys)) ?? []))
    }
    for (const { index, values: pattern } of this.#deep) if (isWithin(pattern, values)) found.push(index)
    return found.length < 2 ? found : found.sort((a, b) => a - b)
  }
}

/** 18 and "18" count as the same: what a job is given is text. */
function textOf(values: Values, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => scalarText(values[key])))
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null
}

function isWithin(pattern: unknown, value: unknown): boolean {
  if (!isMap(pattern) || !isMap(value)) return scalarText(pattern) === scalarText(value)
  return Object.keys(pattern).every((key) => Object.hasOwn(value, key) && isWithin(pattern[key], value[key]))
}
