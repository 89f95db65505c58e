type Mode = 'plain' | 'single' | 'double' | 'comment' | 'paren' | 'tick'

/**
 * Follows the quotes of a shell command (POSIX), piece by piece, to tell whether a place stands inside quotes. Values are
 * quoted already when they take their place: within quotes of the command, their own quotes would end those, and what a
 * file is called could run.
 */
export class ShellQuotes {
  readonly #open: Mode[] = []
  /** In a here-document quotes mean nothing, and where one ends is not looked for: nothing is said any more. */
  #unsure = false
  #before = ' '

  get insideQuotes(): boolean {
    return !this.#unsure && (this.#mode === 'single' || this.#mode === 'double')
  }

  get #mode(): Mode {
    return this.#open.at(-1) ?? 'plain'
  }

  /** Something that is not looked into stands here. */
  skip(): void {
    this.#before = 'x'
  }

  /** The next piece of the command. */
  feed(text: string): void {
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? ''
      if (char === '\\' && this.#mode !== 'single' && this.#mode !== 'comment') at += 1
      else if (this.#mode === 'single') this.#close(char === "'")
      else if (this.#mode === 'comment') this.#close(char === '\n')
      else this.#step(char, text[at + 1])
      this.#before = char
    }
  }

  #close(over: boolean): void {
    if (over) this.#open.pop()
  }

  #step(char: string, next: string | undefined): void {
    const mode = this.#mode
    if (char === '"') {
      if (mode === 'double') this.#open.pop()
      else this.#open.push('double')
    } else if (char === '`') {
      if (mode === 'tick') this.#open.pop()
      else this.#open.push('tick')
    } else if (char === '(') {
      if (mode !== 'double' || this.#before === '$') this.#open.push('paren')
    } else if (mode !== 'double') {
      this.#stepPlain(char, next)
    }
  }

  #stepPlain(char: string, next: string | undefined): void {
    if (char === "'") this.#open.push('single')
    else if (char === ')' && this.#mode === 'paren') this.#open.pop()
    else if (char === '#' && /[\s;&|(]/.test(this.#before)) this.#open.push('comment')
    else if (char === '<' && next === '<') this.#unsure = true
  }
}
