import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { FileFault } from './file-fault.ts'
import { MAX_FILE_PROBLEMS, MAX_PROBLEMS } from './limits.ts'

/** The faults of one drop: all are counted, the first are listed. */
export class ProblemList {
  readonly #listed: JobFileProblem[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  get listed(): readonly JobFileProblem[] {
    return this.#listed
  }

  /** @param more faults beyond those given */
  add(problems: readonly JobFileProblem[], more = 0): void {
    this.#count += problems.length + more
    this.#listed.push(...problems.slice(0, MAX_PROBLEMS - this.#listed.length))
  }

  /** A fault of a whole file. @throws what is no FileFault */
  addFileFault(file: string, fault: unknown): void {
    if (!(fault instanceof FileFault)) throw fault
    this.add([{ file, line: null, column: null, path: '', code: fault.code, message: fault.message }])
  }
}

/** Collects the faults of one file: the first are kept, the rest only counted. */
export class FaultCounter<Fault> {
  readonly kept: Fault[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Faults that are counted but not kept. */
  get more(): number {
    return this.#count - this.kept.length
  }

  /** @param make is called only where there is room */
  add(make: () => Fault): void {
    this.#count += 1
    if (this.kept.length < MAX_FILE_PROBLEMS) this.kept.push(make())
  }

  /** Faults that nobody can keep any more. */
  addMore(count: number): void {
    this.#count += count
  }
}
