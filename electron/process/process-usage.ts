import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { readProcStat } from './process-list.ts'
import { addDescendants } from './process-tree.ts'

/** What a process uses, with all it has started. */
export interface ProcessUsage {
  readonly pid: number
  /** Processor time used so far; what has ended meanwhile counts where its parent waited for it. */
  readonly cpu_ms: number
  /** Resident memory. What processes share counts for each of them. */
  readonly memory_bytes: number
}

interface UsageEntry extends ProcessUsage {
  readonly ppid: number
}

/** Linux reports times to programs in hundredths of a second, on every machine. */
const TICK_MS = 10
const COMMAND_TIMEOUT_MS = 5_000
const KIB = 1_024
const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/

/**
 * What each of these processes and their descendants use, at one look at the machine; those that are not there are left
 * out. Windows: nothing is told.
 */
export async function processUsage(pids: readonly number[]): Promise<ProcessUsage[]> {
  if (pids.length === 0 || process.platform === 'win32') return []
  const entries = process.platform === 'linux' ? listProc() : parsePsUsage(await runPs())
  return pids.flatMap((pid) => usageOf(pid, entries) ?? [])
}

/** Resident memory of these processes together. What they share counts for each of them. Windows: 0. */
export async function residentMemory(pids: readonly number[]): Promise<number> {
  if (pids.length === 0 || process.platform === 'win32') return 0
  const wanted = new Set(pids)
  const entries =
    process.platform === 'linux'
      ? pids.flatMap(readUsage)
      : parsePsUsage(await runPs()).filter(({ pid }) => wanted.has(pid))
  return entries.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0)
}

function readUsage(pid: number): UsageEntry[] {
  const stat = readProcStat(String(pid))
  const entry = stat === null ? null : parseProcUsage(stat, pageBytes())
  return entry === null ? [] : [entry]
}

function usageOf(pid: number, entries: readonly UsageEntry[]): ProcessUsage | null {
  if (!entries.some((entry) => entry.pid === pid)) return null
  const members = new Set([pid])
  addDescendants(members, entries)
  let cpu_ms = 0
  let memory_bytes = 0
  for (const entry of entries) {
    if (!members.has(entry.pid)) continue
    cpu_ms += entry.cpu_ms
    memory_bytes += entry.memory_bytes
  }
  return { pid, cpu_ms, memory_bytes }
}

function listProc(): UsageEntry[] {
  const page_bytes = pageBytes()
  return readdirSync('/proc').flatMap((name) => {
    const stat = /^\d/.test(name) ? readProcStat(name) : null
    return (stat === null ? null : parseProcUsage(stat, page_bytes)) ?? []
  })
}

let known_page_bytes: number | null = null

/** Node does not tell the size of a page, but the same number in both units. */
function pageBytes(): number {
  if (known_page_bytes !== null) return known_page_bytes
  const rss_pages = Number(fieldsOf(readProcStat('self') ?? '')[21])
  const ratio = process.memoryUsage.rss() / rss_pages
  known_page_bytes = Number.isFinite(ratio) && ratio > 0 ? 2 ** Math.round(Math.log2(ratio)) : 4_096
  return known_page_bytes
}

/** From the third field on: the name of the program, which comes before it, may hold anything. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/**
 * Parses `/proc/PID/stat`.
 * @internal for tests
 */
export function parseProcUsage(stat: string, page_bytes: number): UsageEntry | null {
  const fields = fieldsOf(stat)
  // Fields 14 to 17 and 24 of the line, which counts from 1.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  const rss_pages = fields[21]
  if (rss_pages === undefined) return null
  return {
    pid: Number.parseInt(stat, 10),
    ppid: Number(fields[1]),
    cpu_ms: ticks * TICK_MS,
    memory_bytes: Number(rss_pages) * page_bytes,
  }
}

/**
 * Parses `ps -o pid=,ppid=,rss=,time=`; lines it does not understand are left out.
 * @internal for tests
 */
export function parsePsUsage(text: string): UsageEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = PS_LINE.exec(line)
    if (match === null) return []
    const [, pid, ppid, rss_kib, days = 0, hours = 0, minutes, seconds] = match
    const seconds_used = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
    return [
      {
        pid: Number(pid),
        ppid: Number(ppid),
        cpu_ms: Math.round(seconds_used * 1_000),
        memory_bytes: Number(rss_kib) * KIB,
      },
    ]
  })
}

async function runPs(): Promise<string> {
  const args = ['-A', ...['pid=', 'ppid=', 'rss=', 'time='].flatMap((field) => ['-o', field])]
  const { stdout } = await promisify(execFile)('ps', args, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
