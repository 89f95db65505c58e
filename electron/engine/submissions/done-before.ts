import type { JobSpec, Need } from '../../../shared/job-spec.ts'
import { NameTable } from '../job-files/name-table.ts'
import type { LeftOut } from '../../../shared/drop.ts'
import type { KnownJob, KnownJobs } from '../store/history-known.ts'
import { contentKey, keyWithNeeded } from '../store/spec-content.ts'
import type { NamedNeeded } from '../store/spec-content.ts'
import { parseSpecText } from '../store/spec-text.ts'
import type { WrittenJob } from '../store/written-job.ts'

/**
 * Leaves out of a submission what has succeeded before, or will be run anyway, by what the jobs do: each job that is there
 * stands for one new one. What needs a job that was left out needs the other one in its place.
 */
export class DoneBefore {
  /** The first success of each content, its id as the line. 16 to 32 bytes each: there may be millions. */
  readonly #first = new NameTable()
  /** Successes beyond the first that are not used up. */
  readonly #more = new Map<string, number>()
  readonly #used = new NameTable()
  /** Jobs that wait or run, by content. */
  readonly #open = new Map<string, KnownJob[]>()
  /** Of those, the ones that stand for jobs that were left out: their submissions by their ids. */
  readonly waiting = new Map<number, number>()
  /** Of the jobs that were left out, in order: their index in the files, and who stands for them. */
  readonly #left_out: { readonly index: number; readonly job_id: number }[] = []
  #seen = 0

  /** @param read gives the page of known jobs behind an id */
  static async load(read: (after: number) => KnownJobs | Promise<KnownJobs>): Promise<DoneBefore> {
    const done = new DoneBefore()
    for (let after: number | null = 0; after !== null;) {
      const page: KnownJobs = await read(after)
      for (const job of page.jobs) done.#add(job)
      after = page.next
    }
    return done
  }

  /** Jobs that were left out. */
  get count(): LeftOut {
    return { succeeded: this.#left_out.length - this.waiting.size, waiting: this.waiting.size }
  }

  /** The next jobs of the files. @returns those that are still to be run, with needs that count them */
  take(jobs: readonly WrittenJob[]): WrittenJob[] {
    const kept: WrittenJob[] = []
    for (const job of jobs) {
      const job_id = this.#standIn(job)
      if (job_id === null) kept.push(job)
      else this.#left_out.push({ index: this.#seen, job_id })
      this.#seen += 1
    }
    return this.#left_out.length === 0 ? kept : kept.map((job) => this.#relinked(job))
  }

  #add(job: KnownJob): void {
    const { key, id } = job
    if (!job.succeeded) {
      const known = this.#open.get(key)
      if (known === undefined) this.#open.set(key, [job])
      else known.push(job)
    } else if (this.#first.get(key) === undefined) this.#first.add(key, { index: null, line: id })
    else this.#more.set(key, (this.#more.get(key) ?? 0) + 1)
  }

  /** @returns the job that was there before and does the same, or null */
  #standIn({ spec_text, facts, needs = [] }: WrittenJob): number | null {
    // A schedule is no job that could have been done.
    if (facts?.schedule !== undefined) return null
    const spec = parseSpecText(spec_text)
    const key = spec.fills_needs === true ? this.#keyWithNeeded(spec, needs) : contentKey(spec)
    if (key === null) return null
    const succeeded = this.#successOf(key)
    if (succeeded !== null) return succeeded
    const open = this.#open.get(key)?.pop()
    if (open === undefined) return null
    this.waiting.set(open.id, open.submission_id)
    return open.id
  }

  /** It does the same only with what the same jobs came to: null where one of them is run (again). */
  #keyWithNeeded(spec: JobSpec, needs: readonly Need[]): string | null {
    const needed: NamedNeeded[] = []
    for (const { label, on } of needs) {
      if (label === undefined) continue
      const now = this.#nowAt(on)
      if (!('job_id' in now)) return null
      needed.push({ label, job_id: now.job_id })
    }
    return keyWithNeeded(contentKey(spec), needed)
  }

  #successOf(key: string): number | null {
    const first = this.#first.get(key)
    if (first === undefined) return null
    if (this.#used.get(key) === undefined) {
      this.#used.add(key, first)
      return first.line
    }
    const more = this.#more.get(key) ?? 0
    if (more === 0) return null
    this.#more.set(key, more - 1)
    return first.line
  }

  #relinked(job: WrittenJob): WrittenJob {
    if (job.needs === undefined) return job
    const needs = job.needs.map((need): Need => ({ ...need, on: this.#nowAt(need.on) }))
    return { ...job, needs }
  }

  #nowAt(on: Need['on']): Need['on'] {
    if ('job_id' in on) return on
    const before = this.#countBefore(on.index)
    const left_out = this.#left_out[before]
    if (left_out?.index === on.index) return { job_id: left_out.job_id }
    return { index: on.index - before }
  }

  /** How many with a lower index were left out. */
  #countBefore(index: number): number {
    let low = 0
    let high = this.#left_out.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#left_out[middle]?.index ?? index) < index) low = middle + 1
      else high = middle
    }
    return low
  }
}
