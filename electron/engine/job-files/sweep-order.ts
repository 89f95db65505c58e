import type { JobSpec, Need, NewJob, SweepRules } from '../../../shared/job-spec.ts'
import { leftOut } from './needs.ts'
import type { Edge, NeedyJob } from './needs.ts'
import type { OnFault } from './source.ts'
import type { SpecPath } from './spec-path.ts'
import { Sweep } from './sweep.ts'
import { SweepNames } from './sweep-names.ts'

/** A job with needs that count the jobs of its own file. */
export interface DocumentJob {
  readonly job: NewJob
  /** No batch may end between this job and the one after it, which some job before needs. */
  readonly joined: boolean
  /** Size of the spec, roughly, where it is known by itself. */
  readonly chars?: number
}

interface Draft extends NeedyJob {
  readonly content: JobSpec | Sweep | null
}

interface Place {
  /** Index of the first job in the drop. */
  readonly base: number
  /** From this index on jobs are only counted. */
  readonly wanted: number
  readonly pathOf: (index: number) => SpecPath
  readonly lineOf: (index: number) => number
  readonly onFault: OnFault
}

/** The jobs that one entry of the file has become. */
interface Range {
  readonly first: number
  readonly count: number
  /** Some of them had a fault, or it needs such. */
  readonly isWhole: boolean
}

/** Needs of one sweep on another that are counted one by one: each is a row in the store. */
const MAX_LINKS = 1_000_000
/** What there is in a spec beside its texts. */
const SPEC_CHARS = 200

/**
 * The jobs of a file with sweeps. They come in the order of the file, but for an entry that needs a later one: it comes
 * after it. So a need always names jobs that were handed out, and no sweep has to be kept in memory for one before it.
 */
export class SweepOrder {
  readonly #drafts: readonly Draft[]
  readonly #edges: readonly (readonly Edge[] | null)[]
  readonly #place: Place
  readonly #names = new SweepNames()
  readonly #ranges = new Map<number, Range>()
  #next: number
  #faults = 0

  constructor(drafts: readonly Draft[], edges: readonly (readonly Edge[] | null)[], place: Place) {
    this.#drafts = drafts
    this.#edges = edges
    this.#place = place
    this.#next = place.base
    for (const [index, { name, content }] of drafts.entries()) {
      if (name !== null && !(content instanceof Sweep)) {
        this.#names.reserve(name, { index: null, line: place.lineOf(index) })
      }
    }
  }

  *jobs(): Generator<DocumentJob, void, undefined> {
    for (const index of this.#drafts.keys()) {
      // There are no circles any more: who is in one was left out.
      const open = [index]
      for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
        const first = this.#edgesOf(at).find(({ on }) => !this.#ranges.has(on))
        if (first !== undefined) open.push(first.on)
        else {
          if (!this.#ranges.has(at)) yield* this.#entry(at)
          open.pop()
        }
      }
    }
  }

  #edgesOf(index: number): readonly Edge[] {
    return this.#edges[index] ?? []
  }

  *#entry(index: number): Generator<DocumentJob, void, undefined> {
    const first = this.#next
    const content = this.#drafts[index]?.content ?? null
    const faults = this.#faults
    if (content !== null && this.#edges[index] !== null && this.#mayQueue(index, content)) {
      const needs = this.#needs(index)
      if (content instanceof Sweep) yield* this.#sweep(content, needs)
      else yield this.#hand(content, needs, null)
    }
    this.#ranges.set(index, { first, count: this.#next - first, isWhole: faults === this.#faults })
  }

  *#sweep(sweep: Sweep, needs: readonly Need[]): Generator<DocumentJob, void, undefined> {
    const rules = sweep.rules(this.#next)
    const { wanted } = this.#place
    const specs = sweep.specs(this.#next, this.#names, this.#tell, wanted)
    for (const spec of specs) yield this.#hand(spec, needs, rules)
  }

  #hand(spec: JobSpec, needs: readonly Need[], sweep: SweepRules | null): DocumentJob {
    this.#next += 1
    const job = {
      spec,
      ...(needs.length === 0 ? {} : { needs }),
      ...(sweep === null ? {} : { sweep }),
    }
    return { job, joined: false, chars: specChars(spec) }
  }

  /** Faults of single jobs of a sweep: whatever needs the sweep is left out. */
  readonly #tell: OnFault = (make) => {
    this.#faults += 1
    this.#place.onFault(make)
  }

  #mayQueue(index: number, content: JobSpec | Sweep): boolean {
    const edges = this.#edgesOf(index)
    const broken = edges.find(({ on }) => this.#ranges.get(on)?.isWhole === false)
    const path = [...this.#place.pathOf(index), 'needs']
    if (broken !== undefined) {
      this.#tell(() => ({ ...leftOut(this.#drafts[broken.on]?.name ?? ''), path: [...path, broken.at] }))
      return false
    }
    const needed = edges.reduce((sum, { on }) => sum + (this.#ranges.get(on)?.count ?? 0), 0)
    const links = needed * (content instanceof Sweep ? content.size : 1)
    if (links <= MAX_LINKS) return true
    const message = `Each job here would need ${needed} others: ${links} needs in all, more than ${MAX_LINKS}. Put one job in between that needs them all.`
    this.#tell(() => ({ code: 'TOO_COMPLEX', path, message }))
    return false
  }

  #needs(index: number): Need[] {
    const needs: Need[] = []
    for (const { on, condition } of this.#edgesOf(index)) {
      const { first, count } = this.#ranges.get(on) ?? { first: 0, count: 0 }
      for (let at = first; at < first + count; at += 1) needs.push({ on: { index: at }, condition })
    }
    return needs
  }
}

/** Size of a spec, roughly. */
export function specChars({ name, task, cwd, env }: JobSpec): number {
  let chars = SPEC_CHARS + name.length + cwd.length
  if (task.kind === 'command') {
    chars += task.shell_command?.length ?? 0
    for (const argument of task.argv ?? []) chars += argument.length
  } else if (task.kind === 'script') {
    for (const argument of task.args) chars += argument.length
  } else {
    chars += JSON.stringify(task.with ?? null).length
  }
  for (const [key, value] of Object.entries(env ?? {})) chars += key.length + value.length
  return chars
}
