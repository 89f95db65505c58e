import type { SweepRules } from '../../../shared/job-spec.ts'
import { DEFAULT_GROUP } from '../../../shared/job-spec.ts'
import type { Group } from '../../../shared/status.ts'
import type { StoredHaltRule } from '../store/store-records.ts'
import type { WrittenJob } from '../store/written-job.ts'
import type { SweepGroups } from './sweep-groups.ts'

export interface SweepTrackerOptions {
  readonly ensureGroup: (name: string) => Promise<Group>
  readonly sweepGroups: SweepGroups
}

interface Tracked {
  readonly rules: SweepRules
  readonly first_job_id: number
  last_job_id: number
  job_count: number
}

/** Gathers what the sweeps of one submission ask of the engine while their jobs go by. */
export class SweepTracker {
  readonly #options: SweepTrackerOptions
  readonly #tracked = new Map<number, Tracked>()
  /** By sweep and parent: the group may have a hole in its name. */
  readonly #sweep_groups = new Map<string, Group>()

  constructor(options: SweepTrackerOptions) {
    this.#options = options
  }

  /** A job has been given its id; ids ascend. */
  saw({ sweep }: WrittenJob, id: number): void {
    if (sweep?.halt == null) return
    const tracked = this.#tracked.get(sweep.key)
    if (tracked === undefined) {
      this.#tracked.set(sweep.key, { rules: sweep, first_job_id: id, last_job_id: id, job_count: 1 })
      return
    }
    tracked.last_job_id = id
    tracked.job_count += 1
  }

  /**
   * The group of a job whose sweep has a limit: one for the jobs of this sweep alone, inside the group that the job names.
   */
  async groupFor({ facts }: WrittenJob, { key, name, max_parallel }: SweepRules): Promise<Group> {
    const parent_name = facts?.group ?? DEFAULT_GROUP
    const id = `${key} ${parent_name}`
    const known = this.#sweep_groups.get(id)
    if (known !== undefined) return known
    const parent = await this.#options.ensureGroup(parent_name)
    if (max_parallel === null) return parent
    const group = await this.#options.sweepGroups.take(`${parent_name} · ${name}`, parent, max_parallel)
    this.#sweep_groups.set(id, group)
    return group
  }

  /** All jobs are on disk, or none will be. */
  end(): void {
    for (const { name } of this.#sweep_groups.values()) this.#options.sweepGroups.giveBack(name)
  }

  haltRules(submission_id: number): StoredHaltRule[] {
    return [...this.#tracked.values()].flatMap(({ rules: { halt }, first_job_id, last_job_id, job_count }) =>
      halt === null ? [] : [{ submission_id, first_job_id, last_job_id, job_count, rule: halt }],
    )
  }
}
