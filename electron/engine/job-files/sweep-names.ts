import type { NamedJob } from './name-table.ts'
import { NameTable } from './name-table.ts'
import { oneLine } from './normalise.ts'
import { cut } from './spec-path.ts'

const MAX_NAME_CHARS = 200

/** The names of the jobs of a file: those that are made must not meet others. */
export class SweepNames {
  readonly #table: NameTable

  constructor(table = new NameTable()) {
    this.#table = table
  }

  /** A name as it is written. */
  reserve(name: string, job: NamedJob): void {
    if (this.#table.get(name) === undefined) this.#table.add(name, job)
  }

  /** Makes a name of one line that no other job has. @param number tells the job from others where the name does not */
  take(text: string, number: number, job: NamedJob): string {
    const wanted = oneLine(text, MAX_NAME_CHARS)
    let name = wanted
    for (let again = 0; this.#table.get(name) !== undefined; again += 1) {
      const mark = again === 0 ? ` #${number}` : ` #${number}.${again}`
      name = cut(wanted, MAX_NAME_CHARS - mark.length) + mark
    }
    this.#table.add(name, job)
    return name
  }
}
