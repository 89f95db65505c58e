import type { AddedSchedules, Duplicates } from '../../../shared/drop.ts'
import type { Duplicate, JobInsert } from '../store/store-records.ts'

/** Told one by one. */
const MAX_TOLD = 100

/** Jobs of a submission that were not queued, because others have their unique keys. */
export class LeftOut implements Duplicates {
  count = 0
  readonly first: { readonly name: string; readonly of: number }[] = []

  /** @returns the ids of those that were left out */
  add(inserts: readonly JobInsert[], duplicates: readonly Duplicate[]): ReadonlySet<number> {
    if (duplicates.length === 0) return NONE
    const others = new Map(duplicates.map(({ id, of }) => [id, of]))
    for (const { id, name } of inserts) {
      const of = others.get(id)
      if (of !== undefined && this.first.length < MAX_TOLD) this.first.push({ name, of })
    }
    this.count += duplicates.length
    return new Set(others.keys())
  }
}

const NONE: ReadonlySet<number> = new Set()

/** Schedules of a submission. */
export class NewSchedules implements AddedSchedules {
  count = 0
  readonly first: { readonly id: number; readonly name: string; readonly next_ms: number | null }[] = []

  add(id: number, name: string, next_ms: number | null): void {
    this.count += 1
    if (this.first.length < MAX_TOLD) this.first.push({ id, name, next_ms })
  }
}
