import { basename } from 'node:path'
import type { NeedCondition } from '../../../shared/job.ts'
import { NEED_CONDITIONS } from '../../../shared/job.ts'
import type { NeedRef } from './entry-template.ts'
import { quoted, valueAt } from './spec-path.ts'

/** Files that a fault lists. */
const MAX_FILES_SHOWN = 5

/** As much as `needs` wants to know of one job of a file. */
export interface NeedyJob {
  /** null where it has no name of its own; made names cannot be needed. */
  readonly name: string | null
  /** As far as they can be understood, also of a job that has a fault: all faults are to be told at once. */
  readonly needs: readonly WrittenNeed[]
  /** False where it has a fault. */
  readonly isGood: boolean
  /** Where it names values of jobs that it needs. */
  readonly need_refs?: readonly NeedRef[]
  /** It stands for many jobs. */
  readonly is_many?: boolean
  /** It comes again and again, and so never ends once and for all. */
  readonly recurs?: boolean
}

/** A need as it is written, in full. */
export interface WrittenNeed {
  /** Its index in the list. */
  readonly at: number
  readonly on: NamedNeed | { readonly id: number }
  readonly condition: NeedCondition
}

export interface NamedNeed {
  readonly job: string
  /** As it is written; null: none is. */
  readonly file: string | null
}

/** A need of a job on another that is linked together with it. */
export interface Edge {
  readonly at: number
  /** How the job names it in values; missing: it does not. */
  readonly label?: string
  /** Index of the needed job among those that are linked. */
  readonly on: number
  readonly condition: NeedCondition
}

/** A need on what was handed out, or queued, before. */
export interface OuterEdge {
  readonly at: number
  readonly label?: string
  readonly on: { readonly job_id: number } | JobRange
  readonly condition: NeedCondition
}

/** Jobs that stand side by side, by their index in the drop. */
export interface JobRange {
  readonly first: number
  readonly count: number
}

/** The needs of a job as it was parsed, whether it is valid or not. */
export function writtenNeeds(raw: unknown): WrittenNeed[] {
  const list = valueAt(raw, ['needs'])
  if (!Array.isArray(list)) return []
  const needs: WrittenNeed[] = []
  for (const [at, item] of list.entries()) {
    const on = writtenTarget(item)
    const given = valueAt(item, ['if'])
    const condition = NEED_CONDITIONS.find((known) => known === given) ?? 'success'
    if (on !== null) needs.push({ at, on, condition })
  }
  return needs
}

function writtenTarget(item: unknown): WrittenNeed['on'] | null {
  if (typeof item === 'string') return { job: item, file: null }
  const [job, file, id] = (['job', 'file', 'id'] as const).map((key) => valueAt(item, [key]))
  if (typeof id === 'number') return Number.isSafeInteger(id) && id > 0 ? { id } : null
  if (typeof job !== 'string') return null
  return { job, file: typeof file === 'string' ? file : null }
}

/** How values name a needed job: as it is written in `needs`. */
export function labelOf(on: WrittenNeed['on']): string {
  return 'id' in on ? String(on.id) : on.job
}

/** The label of a need whose values the job names. */
export function labelIn(
  { need_refs = [] }: Pick<NeedyJob, 'need_refs'>,
  on: WrittenNeed['on'],
): { readonly label?: string } {
  const own = labelOf(on)
  return need_refs.some(({ label }) => label === own) ? { label: own } : {}
}

/** The ids that jobs need. */
export function neededIds(jobs: Iterable<{ readonly needs: readonly WrittenNeed[] }>): number[] {
  const ids: number[] = []
  for (const { needs } of jobs) for (const { on } of needs) if ('id' in on) ids.push(on.id)
  return ids
}

export function listedTwice(on: WrittenNeed['on']) {
  const job = 'id' in on ? labelOf(on) : quoted(on.job)
  return { code: 'CONFLICT', message: `The job ${job} is listed twice. Remove one of them.` } as const
}

export function comesAgain(job: string) {
  const message = `The job ${quoted(job)} comes again and again by its schedule, so nothing can wait for its end. Remove one of the two.`
  return { code: 'CONFLICT', message } as const
}

export function leftOut(name: string) {
  return {
    code: 'NEED_LEFT_OUT',
    message: `The job ${quoted(name)} has a fault, so this one, which needs it, is left out too.`,
  } as const
}

/** @returns what is wrong with a value of a needed job that is not one job, or null */
export function refFault(
  ref: NeedRef,
  needs: readonly WrittenNeed[],
  isMany: (need: WrittenNeed) => boolean,
) {
  const named = needs.filter(({ on }) => labelOf(on) === ref.label)
  const { hole, label } = ref
  if (named.length > 1) {
    const message = `${quoted(hole)} may be of each of ${named.length} jobs: this one needs several of the name ${quoted(label)}. Give them names of their own.`
    return { code: 'BAD_EXPRESSION', path: ref.path, message, found: quoted(hole) } as const
  }
  if (!named.some(isMany)) return null
  const message = `${quoted(hole)} is of no single job: ${quoted(label)} stands for many. Let a job in between put their results together.`
  return { code: 'BAD_EXPRESSION', path: ref.path, message, found: quoted(hole) } as const
}

/** Several jobs have the name. @param wanted the file that was asked for */
export function ambiguousName(
  job: string,
  found: readonly { readonly file: string }[],
  wanted: string | null,
) {
  const files = shortNames(found.map(({ file }) => file))
  if (wanted !== null || files.length === 1) {
    const message = `Several jobs of ${basename(wanted ?? files[0] ?? '')} have the name ${quoted(job)}, so it does not say which is needed. Give them names of their own.`
    return { code: 'UNKNOWN_NEED', message, found: quoted(job) } as const
  }
  const listed = files.length <= MAX_FILES_SHOWN ? files : [...files.slice(0, MAX_FILES_SHOWN), '…']
  const message = `The name ${quoted(job)} is in several files: ${listed.join(', ')}. Say which: { job: ${job}, file: ${files[0] ?? ''} }.`
  return { code: 'UNKNOWN_NEED', message, found: quoted(job), expected: 'a job with its file' } as const
}

export function unknownId(id: number) {
  return {
    code: 'UNKNOWN_NEED',
    message: `There is no job ${id} here: it was never queued in this data directory, or was cleared away.`,
    found: String(id),
    expected: 'the id of a job of this data directory',
  } as const
}

/** Their names; whole paths where two have the same name. */
export function shortNames(files: Iterable<string>): string[] {
  const paths = [...new Set(files)]
  const names = paths.map((path) => basename(path))
  return new Set(names).size === names.length ? names : paths
}
