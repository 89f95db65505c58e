import { isUtf8 } from 'node:buffer'
import { dirname } from 'node:path'
import { singleJobSchema } from '../../../shared/job-file.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { Need } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { FileFault } from './file-fault.ts'
import { nearest } from './issues.ts'
import { parseCleanJson, parseJsonText } from './json-file.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { readLines } from './line-reader.ts'
import type { RawLine } from './line-reader.ts'
import { NameTable } from './name-table.ts'
import { leftOut, writtenNeeds } from './needs.ts'
import type { WrittenNeed } from './needs.ts'
import { toSpec } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import { placeFaults } from './raw-problems.ts'
import { RegularFile } from './regular-file.ts'
import type { OnFault, RawFault } from './source.ts'
import { quoted, valueAt } from './spec-path.ts'
import { bomLength, decodeText, foreignEncoding } from './text.ts'

/** Names kept for "did you mean". */
const MAX_REMEMBERED = 1_000
const NEEDS_EARLIER = 'the name of a job of an earlier line'

/** Reads a JSON Lines file: one job a line, in memory that does not depend on its length. */
export async function readJsonLines(path: string, context: DocumentContext): Promise<void> {
  const reader = new JsonLinesReader(path, context)
  let file: RegularFile | null = null
  try {
    file = new RegularFile(path)
    for (const line of readLines(file)) {
      if (!reader.line(line)) break
      if (context.batches.isFull) await context.batches.flush()
    }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    reader.fault(error)
  } finally {
    file?.close()
  }
  reader.end()
}

class JsonLinesReader {
  readonly #path: string
  readonly #folder: string
  readonly #context: DocumentContext
  readonly #problems = new FaultCounter<JobFileProblem>()
  readonly #names = new NameTable()
  readonly #remembered: string[] = []
  #isEmpty = true

  constructor(path: string, context: DocumentContext) {
    this.#path = path
    this.#folder = dirname(path)
    this.#context = context
  }

  /** @returns false where the rest of the file is not worth reading */
  line({ number, bytes }: RawLine): boolean {
    if (bytes === null) {
      this.#isEmpty = false
      const message = `This line has more than ${MAX_LINE_BYTES} bytes. Put the data of the job into a file.`
      this.#problem({ line: number, column: 1, code: 'TOO_LARGE', message })
      return true
    }
    const foreign = number === 1 ? foreignEncoding(bytes) : null
    const body = number === 1 && foreign === null ? bytes.subarray(bomLength(bytes)) : bytes
    if (foreign !== null || !isUtf8(body) || body.includes(0)) return this.#notText(body, number)
    const text = body.toString('utf8')
    if (text.trim() === '') return true
    this.#isEmpty = false
    this.#job(text, number)
    return true
  }

  fault({ code, message }: FileFault): void {
    this.#isEmpty = false
    this.#problems.add(() => ({ file: this.#path, line: null, column: null, path: '', code, message }))
  }

  end(): void {
    if (this.#isEmpty) {
      this.#problem({
        line: 1,
        column: 1,
        code: 'EMPTY',
        message: 'There is no job in this file. Each line should hold one.',
      })
    }
    this.#context.problems.add(this.#problems.kept, this.#problems.more)
  }

  #problem(problem: Pick<JobFileProblem, 'line' | 'column' | 'code' | 'message'>): void {
    this.#problems.add(() => ({ file: this.#path, path: '', ...problem }))
  }

  /** A line that is not UTF-8 is one fault; NUL and UTF-16 mean that the rest is no better. */
  #notText(bytes: Buffer, number: number): boolean {
    this.#isEmpty = false
    const fault = decodeText(bytes)
    if (typeof fault === 'string') return true
    const { code, message, line, column } = fault
    this.#problem({ line: line + number - 1, column, code, message })
    return code === 'ENCODING' && foreignEncoding(bytes) === null
  }

  #job(text: string, line: number): void {
    const faults = new FaultCounter<RawFault>()
    const onFault: OnFault = (make) => {
      faults.add(make)
    }
    // Only where something may be wrong the text is looked at closely.
    const clean = parseCleanJson(text)
    const parsed = clean === undefined ? parseJsonText(text, onFault) : null
    if (clean !== undefined) this.#entry(clean, text, line, faults, onFault)
    else if (parsed !== null) this.#entry(parsed.value, text, line, faults, onFault)
    if (faults.count === 0) return
    const places = clean === undefined ? parsed : parseJsonText(text, () => undefined)
    const placed = placeFaults(this.#path, text, faults.kept, places, line)
    for (const problem of placed) this.#problems.add(() => problem)
    this.#problems.addMore(faults.more)
  }

  #entry(value: unknown, text: string, line: number, faults: FaultCounter<RawFault>, onFault: OnFault): void {
    const entry = parseEntry(singleJobSchema, { root: value, prefix: [], keys: 'single' }, onFault)
    const { targets } = this.#context
    const context = { file: this.#path, folder: this.#folder, line, path: [], defaults: {}, targets, onFault }
    const spec = entry === null ? null : toSpec(entry, context)
    const name = valueAt(value, ['name'])
    const isNew = typeof name !== 'string' || this.#checkName(name, onFault)
    const needs = this.#needs(writtenNeeds(value), typeof name === 'string' ? name : null, onFault)
    const isGood = spec !== null && faults.count === 0
    if (typeof name === 'string' && isNew)
      this.#remember(name, isGood ? this.#context.batches.count : null, line)
    if (!isGood) return
    this.#context.batches.add(needs.length === 0 ? { spec } : { spec, needs }, text.length)
  }

  #checkName(name: string, onFault: OnFault): boolean {
    const first = this.#names.get(name)
    if (first === undefined) return true
    onFault(() => ({
      code: 'DUPLICATE_NAME',
      path: ['name'],
      message: `The job in line ${first.line} has the name ${quoted(name)} already. Names are unique in a file.`,
      found: quoted(name),
    }))
    return false
  }

  #remember(name: string, index: number | null, line: number): void {
    this.#names.add(name, { index, line })
    if (this.#remembered.length < MAX_REMEMBERED) this.#remembered.push(name)
  }

  #needs(needs: readonly WrittenNeed[], own: string | null, onFault: OnFault): Need[] {
    const found: Need[] = []
    const seen = new Set<string>()
    for (const { at, job, condition } of needs) {
      const named = this.#names.get(job)
      const path = ['needs', at]
      if (seen.has(job)) {
        onFault(() => ({
          code: 'CONFLICT',
          path,
          message: `The job ${quoted(job)} is listed twice. Remove one of them.`,
        }))
      } else if (named === undefined) {
        onFault(() => this.#unknownNeed(job, own, path))
      } else if (named.index === null) {
        onFault(() => ({ ...leftOut(job), path }))
      } else {
        found.push({ on: { index: named.index }, condition })
      }
      seen.add(job)
    }
    return found
  }

  #unknownNeed(job: string, own: string | null, path: (string | number)[]): RawFault {
    if (job === own) {
      return {
        code: 'NEED_CYCLE',
        path,
        message: `The job ${quoted(job)} waits for itself. Remove the need.`,
      }
    }
    const near = nearest(job, this.#remembered)
    const hint = near === null ? 'A need has to come first in this format.' : `Did you mean ${quoted(near)}?`
    const message = `No job of an earlier line has the name ${quoted(job)}. ${hint}`
    return { code: 'UNKNOWN_NEED', path, message, found: quoted(job), expected: NEEDS_EARLIER }
  }
}
