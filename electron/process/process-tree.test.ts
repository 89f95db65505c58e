import { expect, test } from 'vitest'
import type { ProcessEntry } from './process-list.ts'
import { findTree } from './process-tree.ts'
import type { TreeTarget } from './process-tree.ts'

function entry(pid: number, ppid: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, ppid, pgid: 100, sid: 100, start: `s${pid}`, zombie: false, stopped: false, ...more }
}

const away = { pgid: 7, sid: 7 }
const head = (own_child: boolean, start: string | null = 's100'): TreeTarget => ({
  head: { pid: 100, start, own_child },
  mark: null,
})

function pids(
  target: TreeTarget,
  entries: ProcessEntry[],
  known?: Map<number, string>,
  marked: number[] = [],
): number[] {
  return findTree(target, entries, known, (pid, mark) => mark === 'm' && marked.includes(pid)).map(
    ({ pid }) => pid,
  )
}

test('the group, its session and all descendants belong to the tree', () => {
  const entries = [
    entry(100, 50),
    entry(101, 100),
    entry(102, 1, { pgid: 102 }),
    entry(103, 101, away),
    entry(104, 103, away),
    entry(50, 1, away),
    entry(200, 50, away),
  ]
  expect(pids(head(true), entries)).toEqual([100, 101, 102, 103, 104])
})

test('a head whose number was given to another process is left alone, with its group', () => {
  const entries = [entry(100, 50, { start: 'later' }), entry(101, 100)]
  expect(pids(head(false), entries)).toEqual([])
  expect(pids(head(true), entries)).toEqual([])
})

test('without its head a group is ours where we watched the head, or where a marked process vouches for it', () => {
  const entries = [entry(101, 1), entry(102, 1)]
  expect(pids(head(true), entries)).toEqual([101, 102])
  expect(pids(head(false), entries)).toEqual([])
  expect(pids({ ...head(false), mark: 'm' }, entries, undefined, [102])).toEqual([101, 102])
})

test('a head of unknown start time is only trusted as our own child', () => {
  const entries = [entry(100, 1), entry(101, 100)]
  expect(pids(head(true, null), entries)).toEqual([100, 101])
  expect(pids(head(false, null), entries)).toEqual([])
})

test('marked processes and their descendants are found wherever they are', () => {
  const entries = [entry(300, 1, away), entry(301, 300, away), entry(302, 1, away)]
  expect(pids({ head: null, mark: 'm' }, entries, undefined, [300])).toEqual([300, 301])
  expect(pids({ head: null, mark: 'other' }, entries, undefined, [300])).toEqual([])
})

test('what was found before stays found, unless its number was reused', () => {
  const entries = [entry(300, 1, away), entry(301, 1, away)]
  const known = new Map([
    [300, 's300'],
    [301, 'earlier'],
  ])
  expect(pids(head(true), entries, known)).toEqual([300])
})

test('zombies, init and this very process never belong to it', () => {
  const entries = [
    entry(100, process.pid, { zombie: true }),
    entry(1, 0),
    entry(process.pid, 100),
    entry(101, 100, { zombie: true }),
  ]
  expect(pids({ ...head(true), mark: 'm' }, entries, undefined, [1, process.pid])).toEqual([])
})
