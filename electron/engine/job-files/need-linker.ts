import { basename, dirname, resolve } from 'node:path'
import type { DropNames, OtherJob } from './drop-names.ts'
import { nearest } from './issues.ts'
import { cyclesIn, dependentsIn } from './need-cycles.ts'
import {
  ambiguousName,
  comesAgain,
  labelIn,
  leftOut,
  listedTwice,
  refFault,
  shortNames,
  unknownId,
} from './needs.ts'
import type { Edge, NamedNeed, NeedyJob, OuterEdge, WrittenNeed } from './needs.ts'
import type { RawFault } from './source.ts'
import { cut, quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

/** Where jobs that are linked together stand, by their index among them. */
export interface LinkPlace {
  /** Absolute path of the file it is in. */
  readonly fileOf: (index: number) => string
  readonly pathOf: (index: number) => SpecPath
  readonly lineOf: (index: number) => number
  readonly tell: (index: number, make: () => RawFault) => void
  /** What there is beside them. */
  readonly names: DropNames
}

export interface LinkedNeeds {
  readonly inner: readonly Edge[]
  readonly outer: readonly OuterEdge[]
}

/** Names of a cycle that are shown. */
const MAX_SHOWN = 10

/**
 * Finds the jobs that needs name, in one file, or in several that are linked together. Each name that is there twice,
 * unknown, or part of a cycle is a fault.
 * @returns the needs of each job, null for one that has a fault or needs one that has
 */
export function linkNeeds(jobs: readonly NeedyJob[], place: LinkPlace): readonly (LinkedNeeds | null)[] {
  const linker = new Linker(jobs, place)
  linker.nameAll()
  linker.resolveAll()
  linker.findCycles()
  linker.leaveOut()
  return linker.links
}

type Found = { readonly index: number } | { readonly other: OtherJob }
type NeedFault = Omit<RawFault, 'path'> & { readonly key?: 'file' | 'id' }

class Linker {
  readonly #inner: (readonly Edge[])[] = []
  readonly #outer: (readonly OuterEdge[])[] = []
  /** The jobs that are left out. */
  readonly #out: boolean[]
  readonly #jobs: readonly NeedyJob[]
  readonly #place: LinkPlace
  /** By file and name. */
  readonly #own = new Map<string, Map<string, number>>()
  /** All of a name. */
  readonly #named = new Map<string, number[]>()

  constructor(jobs: readonly NeedyJob[], place: LinkPlace) {
    this.#jobs = jobs
    this.#place = place
    this.#out = jobs.map((job) => !job.isGood)
  }

  get links(): (LinkedNeeds | null)[] {
    return this.#inner.map((inner, index) =>
      this.#out[index] === true ? null : { inner, outer: this.#outer[index] ?? [] },
    )
  }

  nameAll(): void {
    for (const [index, { name }] of this.#jobs.entries()) {
      const file = this.#place.fileOf(index)
      const own = this.#own.get(file) ?? new Map<string, number>()
      this.#own.set(file, own)
      if (name === null) continue
      const first = own.get(name)
      if (first === undefined) {
        own.set(name, index)
        const known = this.#named.get(name)
        if (known === undefined) this.#named.set(name, [index])
        else known.push(index)
        continue
      }
      this.#out[index] = true
      const line = this.#place.lineOf(first)
      this.#place.tell(index, () => ({
        code: 'DUPLICATE_NAME',
        path: [...this.#place.pathOf(index), 'name'],
        message: `The job in line ${line} has the name ${quoted(name)} already. Names are unique in a file.`,
        found: quoted(name),
      }))
    }
  }

  resolveAll(): void {
    for (const [index, { needs }] of this.#jobs.entries()) {
      const inner: Edge[] = []
      const outer: OuterEdge[] = []
      const seen = new Set<string>()
      for (const need of needs) {
        const fault = this.#resolve(index, need, seen, inner, outer)
        if (fault === null) continue
        this.#out[index] = true
        this.#tell(index, need.at, fault)
      }
      this.#inner.push(inner)
      this.#outer.push(outer)
      this.#checkValues(index)
    }
  }

  /** A value is of one job. */
  #checkValues(index: number): void {
    const { needs, need_refs = [] } = this.#jobs[index] ?? { needs: [] }
    if (need_refs.length === 0) return
    const many = new Set<number>()
    for (const { at, on } of this.#inner[index] ?? []) if (this.#jobs[on]?.is_many === true) many.add(at)
    for (const { at, on } of this.#outer[index] ?? []) if ('count' in on && on.count !== 1) many.add(at)
    for (const ref of need_refs) {
      const fault = refFault(ref, needs, ({ at }) => many.has(at))
      if (fault === null) continue
      this.#out[index] = true
      this.#place.tell(index, () => fault)
    }
  }

  #resolve(
    index: number,
    { at, on, condition }: WrittenNeed,
    seen: Set<string>,
    inner: Edge[],
    outer: OuterEdge[],
  ): NeedFault | null {
    const label = labelIn(this.#jobs[index] ?? {}, on)
    if ('id' in on) {
      if (isSeen(seen, `id ${on.id}`)) return listedTwice(on)
      if (!this.#place.names.hasJob(on.id)) return { ...unknownId(on.id), key: 'id' }
      outer.push({ at, on: { job_id: on.id }, condition, ...label })
      return null
    }
    const found = this.#find(index, on)
    if ('code' in found) return found
    if ('index' in found) {
      if (isSeen(seen, `job ${found.index}`)) return listedTwice(on)
      if (this.#jobs[found.index]?.recurs === true) return comesAgain(on.job)
      inner.push({ at, on: found.index, condition, ...label })
      return null
    }
    const { range, recurs, file } = found.other
    if (isSeen(seen, `${file}\0${on.job}`)) return listedTwice(on)
    if (recurs) return comesAgain(on.job)
    if (range === null) return leftOut(on.job)
    outer.push({ at, on: range, condition, ...label })
    return null
  }

  /** In the named file; else in its own, else in the one file of the drop that has such a job. */
  #find(index: number, { job, file }: NamedNeed): Found | NeedFault {
    const own_file = this.#place.fileOf(index)
    const wanted = file === null ? null : resolve(dirname(own_file), file)
    const own = this.#own.get(wanted ?? own_file)?.get(job)
    if (own !== undefined) return { index: own }
    const { names } = this.#place
    if (wanted !== null && !this.#own.has(wanted) && !names.hasFile(wanted))
      return this.#unknownFile(file ?? '')
    const found: Found[] = names.named(job).map((other) => ({ other }))
    if (wanted === null) for (const other of this.#named.get(job) ?? []) found.push({ index: other })
    const matching = wanted === null ? found : found.filter((one) => this.#fileOf(one) === wanted)
    const [only] = matching
    if (only === undefined) return this.#unknown(index, job, wanted)
    return matching.length === 1
      ? only
      : ambiguousName(
          job,
          matching.map((one) => ({ file: this.#fileOf(one) })),
          wanted,
        )
  }

  #fileOf(found: Found): string {
    return 'index' in found ? this.#place.fileOf(found.index) : found.other.file
  }

  #unknownFile(file: string): NeedFault {
    const near = nearest(file, shortNames(this.#place.names.files))
    const hint = near === null ? ' Drop it together with this one.' : ` Did you mean ${quoted(near)}?`
    const message = `The file ${quoted(file)} is not in this drop.${hint}`
    return {
      code: 'UNKNOWN_NEED',
      message,
      found: quoted(file),
      expected: 'a file of this drop',
      key: 'file',
    }
  }

  #unknown(index: number, job: string, file: string | null): NeedFault {
    const own = this.#own.get(file ?? this.#place.fileOf(index))?.keys() ?? []
    const near =
      nearest(job, own) ?? nearest(job, this.#named.keys()) ?? nearest(job, this.#place.names.names)
    const hint = near === null ? '' : ` Did you mean ${quoted(near)}?`
    const where =
      file !== null
        ? `of ${basename(file)}`
        : this.#place.names.has_others
          ? 'of this file, or of the others that were dropped with it,'
          : 'of this file'
    return {
      code: 'UNKNOWN_NEED',
      message: `No job ${where} has the name ${quoted(job)}.${hint}`,
      found: quoted(job),
      expected: file === null ? 'the name of a job of this file' : `the name of a job of ${basename(file)}`,
    }
  }

  #tell(index: number, at: number, { key, ...fault }: NeedFault): void {
    const path = [...this.#place.pathOf(index), 'needs', at]
    this.#place.tell(index, () => ({ ...fault, path: key === undefined ? path : [...path, key] }))
  }

  findCycles(): void {
    for (const cycle of cyclesIn(this.#inner)) this.#tellCycle(cycle)
  }

  #tellCycle(cycle: readonly number[]): void {
    for (const index of cycle) this.#out[index] = true
    const first = Math.min(...cycle.slice(0, 1_000))
    const turned = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first)), first]
    const hasFiles = new Set(cycle.slice(0, 1_000).map(this.#place.fileOf)).size > 1
    const names = turned.map((index) => {
      const name = cut(this.#jobs[index]?.name ?? '', 40)
      return hasFiles ? `${name} (${basename(this.#place.fileOf(index))})` : name
    })
    const shown =
      names.length <= MAX_SHOWN
        ? names
        : [...names.slice(0, MAX_SHOWN - 2), `… ${names.length - MAX_SHOWN} more …`, ...names.slice(-2)]
    this.#place.tell(first, () => ({
      code: 'NEED_CYCLE',
      path: [...this.#place.pathOf(first), 'needs'],
      message: `These jobs wait for each other: ${shown.join(' → ')}. Remove one of the needs.`,
    }))
  }

  /** Whoever needs a job that cannot be queued cannot be queued either. */
  leaveOut(): void {
    const dependents = dependentsIn(this.#inner)
    const lost: number[] = []
    for (const [index, isOut] of this.#out.entries()) if (isOut) lost.push(index)
    for (let next = lost.pop(); next !== undefined; next = lost.pop()) {
      for (const index of dependents.get(next) ?? []) {
        if (this.#out[index] === true) continue
        const at = this.#inner[index]?.find(({ on }) => on === next)?.at ?? 0
        this.#tell(index, at, leftOut(this.#jobs[next]?.name ?? ''))
        this.#out[index] = true
        lost.push(index)
      }
    }
  }
}

function isSeen(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return true
  seen.add(key)
  return false
}
