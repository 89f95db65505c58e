import type { DraftedFile } from './document-jobs.ts'
import type { DropNames } from './drop-names.ts'
import { linkNeeds } from './need-linker.ts'
import type { LinkedNeeds, LinkPlace } from './need-linker.ts'
import { Sweep } from './sweep.ts'
import { outerNeeds, SweepOrder } from './sweep-order.ts'
import type { DocumentJob } from './sweep-order.ts'

/** Where the jobs go. */
export interface JobsScope {
  readonly names: DropNames
  /** Index of the first of them in the drop. */
  readonly base: number
  /** From this index on jobs are only counted. */
  readonly wanted: number
}

/** Whether a job names one that is not in its own file. */
export function needsOtherFiles({ drafts }: DraftedFile): boolean {
  const own = new Set(drafts.map(({ name }) => name))
  return drafts.some(({ needs }) =>
    needs.some(({ on }) => !('id' in on) && (on.file !== null || !own.has(on.job))),
  )
}

/**
 * The good jobs of documents, their needs linked: those of one, or of several that need each other. Each sweep is
 * expanded as it is asked for; all faults are told. What later files may need is known when all were taken.
 */
export function linkedJobs(files: readonly DraftedFile[], scope: JobsScope): Iterable<DocumentJob> {
  const drafts = files.flatMap(({ drafts: own }) => own)
  const place = placeOf(files, scope.names)
  const links = linkNeeds(drafts, place)
  const [only] = files
  if (only === undefined) return []
  if (files.length > 1) return new SweepOrder(drafts, links, { ...scope, ...place }).jobs()
  if (only.faults.spoilsAll) return []
  if (drafts.some(({ content }) => content instanceof Sweep)) return sweptJobs(only, links, place, scope)
  return plainJobs(only, links, scope)
}

function placeOf(files: readonly DraftedFile[], names: DropNames): LinkPlace {
  const [only] = files
  if (files.length === 1 && only !== undefined) {
    const { file, pathOf, lineOf, faults } = only
    return {
      ...{ names, pathOf, lineOf, fileOf: () => file },
      tell: (_, make) => {
        faults.ofJob(make)
      },
    }
  }
  const owners: { readonly owner: DraftedFile; readonly first: number }[] = []
  for (const owner of files) {
    const first = owners.length
    for (let count = owner.drafts.length; count > 0; count -= 1) owners.push({ owner, first })
  }
  const at = <T>(index: number, use: (owner: DraftedFile, own: number) => T): T => {
    const found = owners[index]
    if (found === undefined) throw new RangeError(`There is no job ${index}.`)
    return use(found.owner, index - found.first)
  }
  return {
    names,
    fileOf: (index) => at(index, ({ file }) => file),
    pathOf: (index) => at(index, ({ pathOf }, own) => pathOf(own)),
    lineOf: (index) => at(index, ({ lineOf }, own) => lineOf(own)),
    tell: (index, make) => {
      at(index, ({ faults }) => {
        faults.ofJob(make)
      })
    },
  }
}

function* sweptJobs(
  { file, drafts }: DraftedFile,
  links: readonly (LinkedNeeds | null)[],
  place: LinkPlace,
  scope: JobsScope,
): Generator<DocumentJob, void, undefined> {
  const order = new SweepOrder(drafts, links, { ...scope, ...place })
  yield* order.jobs()
  for (const [index, draft] of drafts.entries()) {
    const range = order.rangeOf(index)
    if (draft.name === null) continue
    scope.names.add(draft.name, {
      file,
      range: links[index] != null && range?.isWhole === true ? range : null,
      recurs: draft.recurs === true,
    })
  }
}

/** Counts the good jobs only, and says where a batch may not end. */
function plainJobs(
  { file, drafts }: DraftedFile,
  links: readonly (LinkedNeeds | null)[],
  { base, names }: JobsScope,
): DocumentJob[] {
  const ranks = new Map<number, number>()
  for (const index of drafts.keys()) if (links[index] !== null) ranks.set(index, base + ranks.size)
  const jobs: DocumentJob[] = []
  let furthest = -1
  for (const [index, { content: spec, name, recurs = false }] of drafts.entries()) {
    const own = ranks.get(index)
    if (name !== null)
      names.add(name, { file, range: own === undefined ? null : { first: own, count: 1 }, recurs })
    if (own === undefined || spec === null || spec instanceof Sweep) continue
    const { inner = [], outer = [] } = links[index] ?? {}
    const needs = outer.flatMap(outerNeeds)
    for (const { at: _at, on, ...need } of inner) {
      const to = ranks.get(on) ?? own
      furthest = Math.max(furthest, to)
      needs.push({ ...need, on: { index: to } })
    }
    jobs.push({ job: needs.length === 0 ? { spec } : { spec, needs }, joined: furthest > own })
  }
  return jobs
}
