import type { JobSpec, Need, NewJob, SweepRules } from '../../../shared/job-spec.ts'
import type { LinkedNeeds, LinkPlace } from './need-linker.ts'
import { leftOut } from './needs.ts'
import type { JobRange, NeedyJob, OuterEdge } from './needs.ts'
import type { OnFault } from './source.ts'
import { Sweep } from './sweep.ts'
import { SweepNames } from './sweep-names.ts'

/** A job with needs that count the jobs of the drop. */
export interface DocumentJob {
  readonly job: NewJob
  /** No batch may end between this job and the one after it, which some job before needs. */
  readonly joined: boolean
}

/** A job of a document, or what makes many of it. */
export interface Draft extends NeedyJob {
  readonly content: JobSpec | Sweep | null
}

interface Place extends LinkPlace {
  /** Index of the first job in the drop. */
  readonly base: number
  /** From this index on jobs are only counted. */
  readonly wanted: number
}

/** The jobs that one entry of a file has become. */
export interface EntryRange extends JobRange {
  /** Some of them had a fault, or it needs such. */
  readonly isWhole: boolean
}

/** Needs of one sweep on another that are counted one by one: each is a row in the store. */
const MAX_LINKS = 1_000_000

/**
 * The jobs of a file with sweeps, or of files that need each other. They come in the order of the file, but for an entry that needs a later one: it comes
 * after it. So a need always names jobs that were handed out, and no sweep has to be kept in memory for one before it.
 */
export class SweepOrder {
  readonly #drafts: readonly Draft[]
  readonly #links: readonly (LinkedNeeds | null)[]
  readonly #place: Place
  /** By file. */
  readonly #names = new Map<string, SweepNames>()
  readonly #ranges = new Map<number, EntryRange>()
  #next: number
  #faults = 0

  constructor(drafts: readonly Draft[], links: readonly (LinkedNeeds | null)[], place: Place) {
    this.#drafts = drafts
    this.#links = links
    this.#place = place
    this.#next = place.base
    for (const [index, { name, content }] of drafts.entries()) {
      if (name !== null && !(content instanceof Sweep)) {
        this.#namesOf(index).reserve(name, { index: null, line: place.lineOf(index) })
      }
    }
  }

  /** What an entry has become; known when all its jobs were taken. */
  rangeOf(index: number): EntryRange | undefined {
    return this.#ranges.get(index)
  }

  *jobs(): Generator<DocumentJob, void, undefined> {
    for (const index of this.#drafts.keys()) {
      // There are no circles any more: who is in one was left out.
      const open = [index]
      for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
        const first = this.#links[at]?.inner.find(({ on }) => !this.#ranges.has(on))
        if (first !== undefined) open.push(first.on)
        else {
          if (!this.#ranges.has(at)) yield* this.#entry(at)
          open.pop()
        }
      }
    }
  }

  #namesOf(index: number): SweepNames {
    const file = this.#place.fileOf(index)
    const known = this.#names.get(file)
    if (known !== undefined) return known
    const names = new SweepNames()
    this.#names.set(file, names)
    return names
  }

  *#entry(index: number): Generator<DocumentJob, void, undefined> {
    const first = this.#next
    const content = this.#drafts[index]?.content ?? null
    const faults = this.#faults
    if (content !== null && this.#links[index] != null && this.#mayQueue(index, content)) {
      const needs = this.#needs(index)
      if (content instanceof Sweep) yield* this.#sweep(index, content, needs)
      else yield this.#hand(content, needs, null)
    }
    this.#ranges.set(index, { first, count: this.#next - first, isWhole: faults === this.#faults })
  }

  *#sweep(index: number, sweep: Sweep, needs: readonly Need[]): Generator<DocumentJob, void, undefined> {
    const rules = sweep.rules(this.#next)
    const { wanted } = this.#place
    const specs = sweep.specs(this.#next, this.#namesOf(index), this.#teller(index), wanted)
    for (const spec of specs) yield this.#hand(spec, needs, rules)
  }

  #hand(spec: JobSpec, needs: readonly Need[], sweep: SweepRules | null): DocumentJob {
    this.#next += 1
    if (needs.length === 0 && sweep === null) return { job: { spec }, joined: false }
    const job = {
      spec,
      ...(needs.length === 0 ? {} : { needs }),
      ...(sweep === null ? {} : { sweep }),
    }
    return { job, joined: false }
  }

  /** Faults of single jobs of a sweep: whatever needs the sweep is left out. */
  #teller(index: number): OnFault {
    return (make) => {
      this.#faults += 1
      this.#place.tell(index, make)
    }
  }

  #mayQueue(index: number, content: JobSpec | Sweep): boolean {
    const { inner = [], outer = [] } = this.#links[index] ?? {}
    const tell = this.#teller(index)
    const broken = inner.find(({ on }) => this.#ranges.get(on)?.isWhole === false)
    const path = [...this.#place.pathOf(index), 'needs']
    if (broken !== undefined) {
      tell(() => ({ ...leftOut(this.#drafts[broken.on]?.name ?? ''), path: [...path, broken.at] }))
      return false
    }
    let needed = inner.reduce((sum, { on }) => sum + (this.#ranges.get(on)?.count ?? 0), 0)
    for (const { on } of outer) needed += 'job_id' in on ? 1 : on.count
    const links = needed * (content instanceof Sweep ? content.size : 1)
    if (links <= MAX_LINKS) return true
    const message = `Each job here would need ${needed} others: ${links} needs in all, more than ${MAX_LINKS}. Put one job in between that needs them all.`
    tell(() => ({ code: 'TOO_COMPLEX', path, message }))
    return false
  }

  #needs(index: number): Need[] {
    const { inner = [], outer = [] } = this.#links[index] ?? {}
    const needs = outer.flatMap(outerNeeds)
    for (const { at: _at, on, ...need } of inner) {
      const { first, count } = this.#ranges.get(on) ?? { first: 0, count: 0 }
      for (let at = first; at < first + count; at += 1) needs.push({ ...need, on: { index: at } })
    }
    return needs
  }
}

/** A need on what came before, job by job. */
export function outerNeeds({ at: _at, on, ...need }: OuterEdge): Need[] {
  if ('job_id' in on) return [{ ...need, on }]
  return Array.from({ length: on.count }, (_, at) => ({ ...need, on: { index: on.first + at } }))
}
