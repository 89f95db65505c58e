/**
 * Rows as one list of numbers and one of texts. The structured clone writes the name of every field of every object again,
 * and a tag for every value of an array; a list of numbers it copies as it is. These lists are the hot path between the
 * threads: everything that is no text is a number here, and null is NaN, which nothing else is.
 */
import { JobyardError } from '../../../shared/errors.ts'

export interface FlatRows {
  readonly numbers: Float64Array
  readonly texts: readonly string[]
}

/** A list of words that both threads know: its index stands for a word. */
export class Words<Word extends string> {
  readonly list: readonly Word[]
  readonly #codes: ReadonlyMap<Word, number>

  constructor(list: readonly Word[]) {
    this.list = list
    this.#codes = new Map(list.map((word, code) => [word, code]))
  }

  code(word: Word): number {
    return this.#codes.get(word) ?? Number.NaN
  }
}

export class FlatWriter {
  #numbers: Float64Array
  #at = 0
  readonly #texts: string[] = []

  /** @param numbers how many there will be, or about */
  constructor(numbers: number) {
    this.#numbers = new Float64Array(numbers)
  }

  number(value: number): this {
    if (this.#at === this.#numbers.length) this.#grow()
    this.#numbers[this.#at++] = value
    return this
  }

  numberOrNull(value: number | null): this {
    return this.number(value ?? Number.NaN)
  }

  flag(value: boolean): this {
    return this.number(value ? 1 : 0)
  }

  word<Word extends string>(words: Words<Word>, word: Word): this {
    return this.number(words.code(word))
  }

  text(value: string): this {
    this.#texts.push(value)
    return this
  }

  textOrNull(value: string | null): this {
    if (value !== null) this.#texts.push(value)
    return this.flag(value !== null)
  }

  rows(): FlatRows {
    const isFull = this.#at === this.#numbers.length
    return { numbers: isFull ? this.#numbers : this.#numbers.slice(0, this.#at), texts: this.#texts }
  }

  #grow(): void {
    const grown = new Float64Array(this.#numbers.length * 2 + 16)
    grown.set(this.#numbers)
    this.#numbers = grown
  }
}

/** Reads the values back in the order they were written, and checks that each is what it should be. */
export class FlatReader {
  readonly #numbers: Float64Array
  readonly #texts: readonly string[]
  #at = 0
  #text_at = 0

  constructor(rows: FlatRows) {
    this.#numbers = rows.numbers
    this.#texts = rows.texts
  }

  get hasMore(): boolean {
    return this.#at < this.#numbers.length
  }

  number(): number {
    return this.numberOrNull() ?? this.#fail('a number')
  }

  numberOrNull(): number | null {
    const value = this.#numbers[this.#at++]
    if (value === undefined) return this.#fail('a number or null')
    return Number.isNaN(value) ? null : value
  }

  flag(): boolean {
    const value = this.#numbers[this.#at++]
    return value === 1 || (value === 0 ? false : this.#fail('true or false'))
  }

  text(): string {
    return this.#texts[this.#text_at++] ?? this.#fail('a text')
  }

  textOrNull(): string | null {
    return this.flag() ? this.text() : null
  }

  word<Word extends string>(words: Words<Word>): Word {
    return words.list[this.#numbers[this.#at++] ?? -1] ?? this.#fail(`one of ${words.list.join(', ')}`)
  }

  #fail(expected: string): never {
    throw new JobyardError(
      'INTERNAL',
      `The store's thread sent something else than ${expected} at ${this.#at - 1}. This is a bug in Jobyard.`,
    )
  }
}
