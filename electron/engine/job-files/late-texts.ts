import { JobyardError } from '../../../shared/errors.ts'
import { shellQuote } from './replacement.ts'
import { compileTemplate, scalarText } from './template.ts'
import type { NeedPiece, Template } from './template.ts'

/** Gives the value of one; throws where there is none. */
type ValueOf = (piece: NeedPiece) => unknown

/** Fills what needed jobs came to into the texts of a job that is about to start. */
export class LateTexts {
  readonly #labels: ReadonlySet<string>
  readonly #valueOf: ValueOf
  readonly #platform: NodeJS.Platform

  /** @param labels the needed jobs, as the job names them */
  constructor(labels: ReadonlySet<string>, valueOf: ValueOf, platform = process.platform) {
    this.#labels = labels
    this.#valueOf = valueOf
    this.#platform = platform
  }

  /** @param shell it is a command for the shell: values are quoted */
  text(text: string, shell = false): string {
    const template = this.#compiled(text, shell)
    if (template === null) return text
    let filled = ''
    for (const piece of template) {
      if (piece.kind === 'text') filled += piece.text
      if (piece.kind !== 'need') continue
      const value = this.#textOf(piece)
      filled += shell && !piece.raw ? shellQuote(value, this.#platform) : value
    }
    return filled
  }

  /** The texts anywhere in a value; one that is nothing but a hole becomes the value itself. */
  json(value: unknown): unknown {
    if (typeof value === 'string') {
      const [piece, ...more] = this.#compiled(value, false) ?? []
      return piece?.kind === 'need' && more.length === 0 ? this.#valueOf(piece) : this.text(value)
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.json(item))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.json(inner)]))
  }

  #compiled(text: string, shell: boolean): Template | null {
    const scope = { sources: null, matrix: null, env: {}, needs: this.#labels, only_needs: true }
    const compiled = compileTemplate(text, scope, { shell, platform: this.#platform })
    if (compiled !== null && 'message' in compiled) throw new JobyardError('BAD_INPUT', compiled.message)
    return compiled
  }

  /** In a text nothing would be dangerous: it may name a folder that is deleted. */
  #textOf(piece: NeedPiece): string {
    const value = this.#valueOf(piece)
    if (value === null || value === undefined)
      throw new JobyardError('BAD_INPUT', `${piece.hole} is null, which has no place in a text.`)
    const text = scalarText(value)
    if (text.includes('\0'))
      throw new JobyardError(
        'BAD_INPUT',
        `${piece.hole} holds a NUL character, which no program can be given.`,
      )
    return text
  }
}
