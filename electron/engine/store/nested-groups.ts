/** A group as far as it matters that groups may stand in others. */
interface NestedGroup {
  readonly id: number
  readonly parent_id?: number
  readonly parallel_limit: number | null
  readonly paused: boolean
  /** Places that are taken by jobs of the group itself. */
  readonly active: number
}

/** The groups, each with the places of those in it counted as its own. */
export function countInParents<Group extends NestedGroup>(groups: readonly Group[]): Group[] {
  const inside = new Map<number, number>()
  for (const { parent_id, active } of groups) {
    if (parent_id !== undefined) inside.set(parent_id, (inside.get(parent_id) ?? 0) + active)
  }
  return groups.map((group) => ({ ...group, active: group.active + (inside.get(group.id) ?? 0) }))
}

/** What keeps jobs of a group from running: its own limit, or that of the group it is in, whichever leaves less room. */
export function bindingLimits<Group extends NestedGroup>(groups: readonly Group[]): Group[] {
  const byId = new Map(groups.map((group) => [group.id, group]))
  return groups.map((group) => {
    const parent = group.parent_id === undefined ? undefined : byId.get(group.parent_id)
    if (parent === undefined) return group
    const { active, parallel_limit } = roomOf(parent) < roomOf(group) ? parent : group
    return { ...group, active, parallel_limit, paused: group.paused || parent.paused }
  })
}

function roomOf({ parallel_limit, active }: NestedGroup): number {
  return (parallel_limit ?? Number.POSITIVE_INFINITY) - active
}
