import type { NewJob } from '../../../shared/job-spec.ts'
import { NameTable } from './name-table.ts'
import type { NamedJob } from './name-table.ts'
import type { JobRange } from './needs.ts'

/** A job of a file that was read before. */
export interface OtherJob {
  readonly file: string
  /** The jobs it became; null where it has a fault. */
  readonly range: JobRange | null
  readonly recurs: boolean
}

/** Says which of these ids are jobs that are there. */
export type FindJobs = (ids: readonly number[]) => Promise<readonly number[]>

/** How to look a name up in a file that has too many to keep them twice. */
type Lookup = (name: string) => readonly OtherJob[]

/** What the jobs of a file may need beyond it: the named jobs of the other files of the drop, and jobs that were queued before. */
export class DropNames {
  /** It has several files: names are kept for those that come later. */
  readonly has_others: boolean
  readonly #files: ReadonlySet<string>
  readonly #findJobs: FindJobs | null
  readonly #jobs = new Map<string, OtherJob[]>()
  readonly #lookups: Lookup[] = []
  readonly #asked = new Set<number>()
  readonly #found = new Set<number>()

  /** @param files absolute paths. @param findJobs null: nobody knows which jobs there are */
  constructor(files: Iterable<string>, findJobs: FindJobs | null) {
    this.#files = new Set(files)
    this.has_others = this.#files.size > 1
    this.#findJobs = findJobs
  }

  /** A job of a file that needs no other one, by the name it was given. */
  add(name: string, job: OtherJob): void {
    if (!this.has_others) return
    const known = this.#jobs.get(name)
    if (known === undefined) this.#jobs.set(name, [job])
    else known.push(job)
  }

  /** A file that keeps its names itself. */
  addLookup(lookup: Lookup): void {
    if (this.has_others) this.#lookups.push(lookup)
  }

  /** @returns what is to be told of each job of a file whose names are not written beside each other */
  watch(file: string): ((job: NewJob, index: number) => void) | null {
    if (!this.has_others) return null
    const table = new NameTable()
    const recurring = new Set<string>()
    const twice = new Set<string>()
    const jobOf = ({ index }: NamedJob, name: string): OtherJob => {
      const range = index === null ? null : { first: index, count: 1 }
      return { file, range, recurs: recurring.has(name) }
    }
    this.#lookups.push((name) => {
      const named = table.get(name)
      return named === undefined
        ? []
        : Array.from({ length: twice.has(name) ? 2 : 1 }, () => jobOf(named, name))
    })
    return ({ spec: { name, schedule } }, index) => {
      if (table.get(name) !== undefined) twice.add(name)
      else table.add(name, { index, line: 1 })
      if (schedule !== undefined) recurring.add(name)
    }
  }

  /** All jobs of that name in files that were read before. */
  named(name: string): OtherJob[] {
    const found = [...(this.#jobs.get(name) ?? [])]
    for (const lookup of this.#lookups) found.push(...lookup(name))
    return found
  }

  /** For "did you mean". */
  get names(): Iterable<string> {
    return this.#jobs.keys()
  }

  hasFile(file: string): boolean {
    return this.#files.has(file)
  }

  get files(): Iterable<string> {
    return this.#files
  }

  /** Asks for jobs that were queued before; `hasJob` knows them then. */
  async lookUp(ids: readonly number[]): Promise<void> {
    const fresh = [...new Set(ids)].filter((id) => !this.#asked.has(id))
    if (fresh.length === 0) return
    for (const id of fresh) this.#asked.add(id)
    const found = this.#findJobs === null ? fresh : await this.#findJobs(fresh)
    for (const id of found) this.#found.add(id)
  }

  hasJob(id: number): boolean {
    return this.#found.has(id)
  }
}
