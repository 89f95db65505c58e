import { isEnded } from '../../../shared/job.ts'
import type { Group } from '../../../shared/status.ts'
import type { AnswerOf } from '../store/store-queries.ts'

export interface SweepGroupsOptions {
  readonly groupByName: (name: string) => Group | undefined
  readonly setGroup: (
    name: string,
    fields: { readonly parallel_limit: number; readonly parent_id: number; readonly paused: boolean },
  ) => Promise<Group>
  readonly counters: () => Promise<AnswerOf<'counters'>>
}

/**
 * The groups inside others in which the jobs of sweeps with a limit are. Each sweep has one for itself, so that what is
 * dropped twice is limited each on its own. One whose jobs have all ended is taken again: there are never more of a
 * name than were in use at a time.
 */
export class SweepGroups {
  readonly #options: SweepGroupsOptions
  /** Names of those whose jobs are still coming in: nothing else shows yet that they are in use. */
  readonly #coming_in = new Set<string>()

  constructor(options: SweepGroupsOptions) {
    this.#options = options
  }

  /** `video · transcode`, or `video · transcode #2` while that is in use. To be given back when its jobs are in. */
  async take(wanted: string, parent: Group, parallel_limit: number): Promise<Group> {
    const in_use = new Set<number>()
    for (const { group_id, state } of await this.#options.counters())
      if (!isEnded(state)) in_use.add(group_id)
    let name = wanted
    for (let number = 2; !this.#isFree(name, parent, in_use); number += 1) name = `${wanted} #${number}`
    this.#coming_in.add(name)
    return this.#options.setGroup(name, { parallel_limit, parent_id: parent.id, paused: false })
  }

  /** Its jobs are on disk, or never will be. */
  giveBack(name: string): void {
    this.#coming_in.delete(name)
  }

  #isFree(name: string, parent: Group, in_use: ReadonlySet<number>): boolean {
    if (this.#coming_in.has(name)) return false
    const group = this.#options.groupByName(name)
    return group === undefined || (group.parent_id === parent.id && !in_use.has(group.id))
  }
}
