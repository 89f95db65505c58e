import type { NeedCondition } from '../../../shared/job.ts'
import { NEED_CONDITIONS } from '../../../shared/job.ts'
import { nearest } from './issues.ts'
import type { OnFault } from './source.ts'
import { cut, quoted, valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

/** As much as `needs` wants to know of one job of a file. */
export interface NeedyJob {
  /** null where it has no name of its own; made names cannot be needed. */
  readonly name: string | null
  /** As far as they can be understood, also of a job that has a fault: all faults are to be told at once. */
  readonly needs: readonly WrittenNeed[]
  /** False where it has a fault. */
  readonly isGood: boolean
  /** It comes again and again, and so never ends once and for all. */
  readonly recurs?: boolean
}

/** A need as it is written, in full. */
export interface WrittenNeed {
  /** Its index in the list. */
  readonly at: number
  readonly job: string
  readonly condition: NeedCondition
}

export interface Edge {
  readonly at: number
  /** Index of the needed job in the file. */
  readonly on: number
  readonly condition: NeedCondition
}

export interface Links {
  /** The needs of each job, null for a job that has a fault or needs one that has. */
  readonly edges: readonly (readonly Edge[] | null)[]
}

/** Names of a cycle that are shown. */
const MAX_SHOWN = 10

type PathOf = (index: number) => SpecPath

/** Finds the jobs that the needs of a file name. Each name that is there twice, unknown, or part of a cycle is a fault. */
export function linkNeeds(
  jobs: readonly NeedyJob[],
  pathOf: PathOf,
  lineOf: (index: number) => number,
  onFault: OnFault,
): Links {
  const linker = new Linker(jobs, pathOf, onFault)
  linker.nameAll(lineOf)
  linker.resolveAll()
  linker.findCycles()
  linker.leaveOut()
  return linker.links
}

/** The needs of a job as it was parsed, whether it is valid or not. */
export function writtenNeeds(raw: unknown): WrittenNeed[] {
  const list = valueAt(raw, ['needs'])
  if (!Array.isArray(list)) return []
  const needs: WrittenNeed[] = []
  for (const [at, item] of list.entries()) {
    const job: unknown = typeof item === 'string' ? item : valueAt(item, ['job'])
    const given = valueAt(item, ['if'])
    const condition = NEED_CONDITIONS.find((known) => known === given) ?? 'success'
    if (typeof job === 'string') needs.push({ at, job, condition })
  }
  return needs
}

class Linker {
  readonly #edges: (readonly Edge[])[] = []
  /** The jobs that are left out. */
  readonly #out: boolean[]
  readonly #jobs: readonly NeedyJob[]
  readonly #pathOf: PathOf
  readonly #onFault: OnFault
  readonly #byName = new Map<string, number>()

  constructor(jobs: readonly NeedyJob[], pathOf: PathOf, onFault: OnFault) {
    this.#jobs = jobs
    this.#pathOf = pathOf
    this.#onFault = onFault
    this.#out = jobs.map((job) => !job.isGood)
  }

  get links(): Links {
    return { edges: this.#edges.map((edges, index) => (this.#out[index] === true ? null : edges)) }
  }

  nameAll(lineOf: (index: number) => number): void {
    for (const [index, { name }] of this.#jobs.entries()) {
      if (name === null) continue
      const first = this.#byName.get(name)
      if (first === undefined) {
        this.#byName.set(name, index)
        continue
      }
      this.#out[index] = true
      this.#onFault(() => ({
        code: 'DUPLICATE_NAME',
        path: [...this.#pathOf(index), 'name'],
        message: `The job in line ${lineOf(first)} has the name ${quoted(name)} already. Names are unique in a file.`,
        found: quoted(name),
      }))
    }
  }

  resolveAll(): void {
    for (const [index, { needs }] of this.#jobs.entries()) this.#edges.push(this.#resolve(index, needs))
  }

  #resolve(index: number, needs: readonly WrittenNeed[]): Edge[] {
    const edges: Edge[] = []
    const seen = new Set<number>()
    for (const { at, job, condition } of needs) {
      const on = this.#byName.get(job)
      if (on === undefined || seen.has(on)) {
        this.#out[index] = true
        this.#tell(index, at, on === undefined ? this.#unknown(job) : listedTwice(job))
        continue
      }
      seen.add(on)
      if (this.#jobs[on]?.recurs === true) {
        this.#out[index] = true
        this.#tell(index, at, comesAgain(job))
        continue
      }
      edges.push({ at, on, condition })
    }
    return edges
  }

  #unknown(job: string) {
    const near = nearest(job, this.#byName.keys())
    const hint = near === null ? '' : ` Did you mean ${quoted(near)}?`
    return {
      code: 'UNKNOWN_NEED',
      message: `No job of this file has the name ${quoted(job)}.${hint}`,
      found: quoted(job),
      expected: 'the name of a job of this file',
    } as const
  }

  #tell(
    index: number,
    at: number,
    fault: { readonly code: 'UNKNOWN_NEED' | 'CONFLICT' | 'NEED_LEFT_OUT'; readonly message: string },
  ): void {
    this.#onFault(() => ({ ...fault, path: [...this.#pathOf(index), 'needs', at] }))
  }

  /** Takes away what waits for nothing, again and again; what is left is in a cycle or behind one. */
  findCycles(): void {
    const left = this.#waitingForEver()
    const walk_of = new Map<number, number>()
    for (const start of left) {
      const walk: number[] = []
      let at: number | undefined = start
      while (at !== undefined && !walk_of.has(at)) {
        walk_of.set(at, start)
        walk.push(at)
        at = this.#edges[at]?.find(({ on }) => left.has(on))?.on
      }
      // Walked into an earlier walk, which has told its cycle.
      if (at === undefined || walk_of.get(at) !== start) continue
      this.#tellCycle(walk.slice(walk.indexOf(at)))
    }
  }

  #waitingForEver(): Set<number> {
    const waits_for = this.#edges.map((edges) => edges.length)
    const dependents = this.#dependents()
    const free: number[] = []
    for (const [index, count] of waits_for.entries()) if (count === 0) free.push(index)
    for (let next = free.pop(); next !== undefined; next = free.pop()) {
      for (const dependent of dependents.get(next) ?? []) {
        const count = (waits_for[dependent] ?? 0) - 1
        waits_for[dependent] = count
        if (count === 0) free.push(dependent)
      }
    }
    const left = new Set<number>()
    for (const [index, count] of waits_for.entries()) if (count > 0) left.add(index)
    return left
  }

  #dependents(): Map<number, number[]> {
    const dependents = new Map<number, number[]>()
    for (const [index, edges] of this.#edges.entries()) {
      for (const { on } of edges) {
        const known = dependents.get(on)
        if (known === undefined) dependents.set(on, [index])
        else known.push(index)
      }
    }
    return dependents
  }

  #tellCycle(cycle: readonly number[]): void {
    for (const index of cycle) this.#out[index] = true
    const first = Math.min(...cycle.slice(0, 1_000))
    const turned = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first)), first]
    const names = turned.map((index) => cut(this.#jobs[index]?.name ?? '', 40))
    const shown =
      names.length <= MAX_SHOWN
        ? names
        : [...names.slice(0, MAX_SHOWN - 2), `… ${names.length - MAX_SHOWN} more …`, ...names.slice(-2)]
    this.#onFault(() => ({
      code: 'NEED_CYCLE',
      path: [...this.#pathOf(first), 'needs'],
      message: `These jobs wait for each other: ${shown.join(' → ')}. Remove one of the needs.`,
    }))
  }

  /** Whoever needs a job that cannot be queued cannot be queued either. */
  leaveOut(): void {
    const dependents = this.#dependents()
    const lost: number[] = []
    for (const [index, isOut] of this.#out.entries()) if (isOut) lost.push(index)
    for (let next = lost.pop(); next !== undefined; next = lost.pop()) {
      for (const index of dependents.get(next) ?? []) {
        if (this.#out[index] === true) continue
        const at = this.#edges[index]?.find(({ on }) => on === next)?.at ?? 0
        this.#tell(index, at, leftOut(this.#jobs[next]?.name ?? ''))
        this.#out[index] = true
        lost.push(index)
      }
    }
  }
}

function listedTwice(job: string) {
  return { code: 'CONFLICT', message: `The job ${quoted(job)} is listed twice. Remove one of them.` } as const
}

function comesAgain(job: string) {
  const message = `The job ${quoted(job)} comes again and again by its schedule, so nothing can wait for its end. Remove one of the two.`
  return { code: 'CONFLICT', message } as const
}

export function leftOut(name: string) {
  return {
    code: 'NEED_LEFT_OUT',
    message: `The job ${quoted(name)} has a fault, so this one, which needs it, is left out too.`,
  } as const
}
