import { JOB_KINDS } from '../../../shared/job.ts'
import type { WrittenJob } from './written-job.ts'

/** Of each job, in order; null: of none. */
type Column<Value> = readonly (Value | undefined)[] | null

/**
 * Jobs on their way out of the thread that reads them: the structured clone writes the names of the fields of every object
 * again, and takes three times as long.
 */
export interface WrittenColumns {
  readonly names: readonly string[]
  readonly spec_texts: readonly string[]
  /** Their indexes in `JOB_KINDS`. */
  readonly kinds: Uint8Array
  readonly needs: Column<NonNullable<WrittenJob['needs']>>
  readonly sweeps: Column<NonNullable<WrittenJob['sweep']>>
  readonly facts: Column<NonNullable<WrittenJob['facts']>>
}

export function packWritten(jobs: readonly WrittenJob[]): WrittenColumns {
  const [names, spec_texts]: [string[], string[]] = [[], []]
  const kinds = new Uint8Array(jobs.length)
  for (const { name, spec_text, kind } of jobs) {
    kinds[names.length] = JOB_KINDS.indexOf(kind)
    names.push(name)
    spec_texts.push(spec_text)
  }
  return {
    ...{ names, spec_texts, kinds },
    needs: jobs.some(({ needs }) => needs !== undefined) ? jobs.map(({ needs }) => needs) : null,
    sweeps: jobs.some(({ sweep }) => sweep !== undefined) ? jobs.map(({ sweep }) => sweep) : null,
    facts: jobs.some(({ facts }) => facts !== undefined) ? jobs.map(({ facts }) => facts) : null,
  }
}

export function unpackWritten(columns: WrittenColumns): WrittenJob[] {
  const { names, spec_texts, kinds, needs, sweeps, facts } = columns
  const isPlain = needs === null && sweeps === null && facts === null
  return names.map((name, index) => {
    const spec_text = spec_texts[index] ?? ''
    const kind = JOB_KINDS[kinds[index] ?? 0] ?? 'command'
    if (isPlain) return { name, kind, spec_text }
    const [need, sweep, fact] = [needs?.[index], sweeps?.[index], facts?.[index]]
    return {
      ...{ name, kind, spec_text },
      ...(need === undefined ? {} : { needs: need }),
      ...(sweep === undefined ? {} : { sweep }),
      ...(fact === undefined ? {} : { facts: fact }),
    }
  })
}
