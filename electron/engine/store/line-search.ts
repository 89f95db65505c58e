import { stripVTControlCharacters } from 'node:util'

/** A line without end is searched in pieces of this length. */
const MAX_LINE_CHARS = 64 * 1024
const SHOWN_CHARS = 300

/** Looks for a text, without case, in the lines of one stream as its bytes come. Colours do not count. */
export class LineSearch {
  readonly #text: string
  readonly #decoder = new TextDecoder()
  /** The line that has not ended yet. */
  #rest = ''

  constructor(text: string) {
    this.#text = text.toLowerCase()
  }

  /** @returns the first line that holds the text, shortened around it; null: none of those that have ended */
  add(bytes: Uint8Array): string | null {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true })
    const end = text.lastIndexOf('\n') + 1
    this.#rest = text.slice(end)
    const found = this.#find(text.slice(0, end))
    if (found !== null || this.#rest.length < MAX_LINE_CHARS) return found
    const line = this.#rest
    this.#rest = line.slice(line.length - this.#text.length)
    return this.#find(line)
  }

  /** The stream is over. */
  end(): string | null {
    return this.#find(this.#rest + this.#decoder.decode())
  }

  #find(lines: string): string | null {
    const plain = lines.includes('\u001b') ? stripVTControlCharacters(lines) : lines
    const lower = plain.toLowerCase()
    if (!lower.includes(this.#text)) return null
    // Some letters are longer in lower case, so places are told within a line of `lower` only.
    for (const line of plain.split('\n')) {
      const at = line.toLowerCase().indexOf(this.#text)
      if (at >= 0) return shortened(line.trimEnd(), at, this.#text.length)
    }
    return null
  }
}

function shortened(line: string, at: number, length: number): string {
  if (line.length <= SHOWN_CHARS) return line
  const from = Math.max(0, Math.min(at - Math.floor((SHOWN_CHARS - length) / 2), line.length - SHOWN_CHARS))
  const part = line.slice(from, from + SHOWN_CHARS).toWellFormed()
  return `${from > 0 ? '…' : ''}${part}${from + SHOWN_CHARS < line.length ? '…' : ''}`
}
