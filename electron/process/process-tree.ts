import { readFileSync } from 'node:fs'
import type { ProcessEntry } from './process-list.ts'

/** The variable in the environment of every process of a job; its value is `attemptMark`. */
export const ATTEMPT_VARIABLE = 'JOBYARD_ATTEMPT'

/** What the environment of an attempt's processes says: the data directory and the attempt. */
export function attemptMark(data_id: string, attempt_id: number): string {
  return `${data_id}:${attempt_id}`
}

/** What is known of the processes of one attempt. */
export interface TreeTarget {
  /** The head of the job, leader of a process group of its own; null where only the mark is known (module jobs). */
  readonly head: {
    readonly pid: number
    /** Its start time; null where it is not known: then it is trusted only as `own_child`. */
    readonly start: string | null
    /** It was started by this very process, so that its number cannot have passed to somebody else meanwhile. */
    readonly own_child: boolean
  } | null
  /** Found in the environment of processes that left the group and lost their parent (Linux only). */
  readonly mark: string | null
}

/** Tells whether the environment of a process carries the mark. */
export type HasMark = (pid: number, mark: string) => boolean

/**
 * The processes that belong to the target: the members of its group and its session, those that carry its mark, and
 * whatever descends from them. Never this process itself, and never one whose pid was reused.
 * @param known processes found in an earlier look, pid → start time: still ours although their parent is gone
 */
export function findTree(
  target: TreeTarget,
  entries: readonly ProcessEntry[],
  known: ReadonlyMap<number, string> = new Map(),
  hasMark: HasMark = environmentHasMark,
): ProcessEntry[] {
  const alive = entries.filter((entry) => !entry.zombie && entry.pid > 1 && entry.pid !== process.pid)
  const marked = new Set<number>()
  if (target.mark !== null) {
    for (const { pid } of alive) if (hasMark(pid, target.mark)) marked.add(pid)
  }
  const members = new Set<number>(marked)
  for (const { pid, start } of alive) if (known.get(pid) === start) members.add(pid)
  const group = trustedGroup(target, entries, alive, members)
  for (const { pid, pgid, sid } of alive) {
    if (group !== null && (pgid === group || sid === group)) members.add(pid)
  }
  addDescendants(members, alive)
  return alive.filter(({ pid }) => members.has(pid))
}

/**
 * The number of the target's process group, or null where that number may have passed to somebody else: a number is not
 * given away while a process of its group lives, so the head or a member that is known for ours vouches for the rest.
 */
function trustedGroup(
  { head }: TreeTarget,
  entries: readonly ProcessEntry[],
  alive: readonly ProcessEntry[],
  ours: ReadonlySet<number>,
): number | null {
  if (head === null) return null
  // A zombie still holds its number.
  const leader = entries.find(({ pid }) => pid === head.pid)
  if (leader !== undefined && head.start !== null && leader.start !== head.start) return null
  if (head.own_child) return head.pid
  if (leader !== undefined) return head.start === null ? null : head.pid
  return alive.some(({ pid, pgid }) => pgid === head.pid && ours.has(pid)) ? head.pid : null
}

/** Adds whatever descends from the members. */
export function addDescendants(
  members: Set<number>,
  alive: readonly Pick<ProcessEntry, 'pid' | 'ppid'>[],
): void {
  const children = new Map<number, number[]>()
  for (const { pid, ppid } of alive) {
    const siblings = children.get(ppid)
    if (siblings === undefined) children.set(ppid, [pid])
    else siblings.push(pid)
  }
  const open = [...members]
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const child of children.get(parent) ?? []) {
      if (members.has(child)) continue
      members.add(child)
      open.push(child)
    }
  }
}

/** Reads the environment a process was started with. False where it may not be read, and where there is no /proc. */
function environmentHasMark(pid: number, mark: string): boolean {
  if (process.platform !== 'linux') return false
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    const variable = `${ATTEMPT_VARIABLE}=${Buffer.from(mark, 'utf8').toString('latin1')}\0`
    const at = environment.indexOf(variable)
    return at === 0 || (at > 0 && environment[at - 1] === '\0')
  } catch {
    return false
  }
}
