const LF = 10
const SPACE = 32
const CR = 13
const TAB = 9
const OPENING_BRACE = 123
const PERCENT_SIGN = 37

/**
 * Lines longer than this are not looked at.
 * @internal for tests
 */
export const MAX_LINE_BYTES = 65_536
/** ` 100.000 %` and some room. */
const MAX_PERCENT_LINE_BYTES = 32
const PERCENT_LINE = /^(\d{1,3}(?:\.\d+)?)\s*%$/
const PROGRESS_KEY = Buffer.from('"progress"')
const RESULT_KEY = Buffer.from('"result"')

/** What a command says about itself in its output. */
export interface LineFindings {
  /** @param progress 0..1, or null where only the message is new */
  onProgress(progress: number | null, message: string | null): void
  /** @param json the result, as JSON */
  onResult(json: string): void
}

/**
 * Finds, in the output of a command, lines `25%` and JSON lines `{"progress":0.25,"message":"…"}` and `{"result":…}`.
 * Made for floods: what cannot hold such a line is only searched for a few bytes, natively.
 */
export class LineScanner {
  readonly #findings: LineFindings
  #carry: Buffer[] = []
  #carried = 0
  /** The line that goes on in the next chunk is of no interest. */
  #skipping = false

  constructor(findings: LineFindings) {
    this.#findings = findings
  }

  push(chunk: Buffer): void {
    let from = 0
    if (this.#carried > 0 || this.#skipping) {
      const end = chunk.indexOf(LF)
      if (end < 0) {
        this.#keep(chunk)
        return
      }
      this.#keep(chunk.subarray(0, end))
      this.end()
      from = end + 1
    }
    const last = chunk.lastIndexOf(LF)
    if (last >= from) {
      this.#scan(chunk.subarray(from, last))
      from = last + 1
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
  }

  /** The line that is open is at its end: also that of the whole output. */
  end(): void {
    if (!this.#skipping && this.#carried > 0) this.#inspect(Buffer.concat(this.#carry))
    this.#carry = []
    this.#carried = 0
    this.#skipping = false
  }

  #keep(part: Buffer): void {
    if (this.#skipping || part.length === 0) return
    const known = this.#carried > 0 || mayMatter(part)
    if (!known || this.#carried + part.length > MAX_LINE_BYTES) {
      this.#skipping = true
      this.#carry = []
      this.#carried = 0
      return
    }
    // A copy: a view would keep the whole chunk in memory.
    this.#carry.push(Buffer.from(part))
    this.#carried += part.length
  }

  /** @param lines whole lines, without the last line feed */
  #scan(lines: Buffer): void {
    if (!lines.includes(PERCENT_SIGN) && !lines.includes(PROGRESS_KEY) && !lines.includes(RESULT_KEY)) return
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(LF, from)
      const to = end < 0 ? lines.length : end
      if (to - from <= MAX_LINE_BYTES) this.#inspect(lines.subarray(from, to))
      from = to + 1
    }
  }

  #inspect(line: Buffer): void {
    const first = line[firstVisible(line)]
    if (first === OPENING_BRACE) this.#inspectJson(line)
    else if (first !== undefined && isDigit(first) && line.length <= MAX_PERCENT_LINE_BYTES) {
      const percent = PERCENT_LINE.exec(line.toString('latin1').trim())
      if (percent !== null && Number(percent[1]) <= 100)
        this.#findings.onProgress(Number(percent[1]) / 100, null)
    }
  }

  #inspectJson(line: Buffer): void {
    if (!line.includes(PROGRESS_KEY) && !line.includes(RESULT_KEY)) return
    let value: unknown
    try {
      value = JSON.parse(line.toString('utf8'))
    } catch {
      // Output like any other.
      return
    }
    if (typeof value !== 'object' || value === null) return
    if ('progress' in value && isProgress(value.progress)) {
      const message = 'message' in value && typeof value.message === 'string' ? value.message : null
      this.#findings.onProgress(value.progress, message)
    }
    if ('result' in value) this.#findings.onResult(JSON.stringify(value.result))
  }
}

function isProgress(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value >= 0 && value <= 1)
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function firstVisible(line: Buffer): number {
  let at = 0
  for (; at < line.length; at += 1) {
    const byte = line[at]
    if (byte !== SPACE && byte !== TAB && byte !== CR) break
  }
  return at
}

/** A line that begins like this may be a percentage or JSON; one of spaces so far may become one. */
function mayMatter(part: Buffer): boolean {
  const first = part[firstVisible(part)]
  return first === undefined || first === OPENING_BRACE || isDigit(first)
}
