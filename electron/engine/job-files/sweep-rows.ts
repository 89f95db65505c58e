import { inputRows } from './inputs.ts'
import type { InputSource } from './inputs.ts'
import type { TemplateRow } from './template.ts'

/** The values of one row of a sweep, one for each source. */
export interface SweepRow {
  readonly values: readonly string[]
  /** What a relative cwd counts from; null: the folder of the job file. */
  readonly folder: string | null
  /** The folders between `folder` and the file that the row is about; '' where there are none. */
  readonly below: string
}

/** The rows of a sweep whose inputs do not stand in its job: what was dropped on a recipe. */
export interface GivenRows {
  /** Names of the values. */
  readonly names: readonly string[]
  /** Names of the values that `complete` adds. */
  readonly extras: readonly string[]
  /** null: it is known when all were asked for. */
  readonly count: number | null
  readonly each: () => Iterable<SweepRow>
  /** @returns the values of the extras, or null where there is to be no job for this row */
  readonly complete: (filled: TemplateRow, row: SweepRow) => readonly string[] | null
}

/** Where the rows of a sweep come from: the inputs of its job, or `given`. */
export interface RowSource {
  readonly sources: readonly InputSource[]
  readonly zip: boolean
  readonly given: GivenRows | null
}

export function* rowsOf({ sources, zip, given }: RowSource): Generator<SweepRow, void, undefined> {
  if (given !== null) yield* given.each()
  else for (const values of inputRows(sources, zip)) yield { values, folder: null, below: '' }
}
