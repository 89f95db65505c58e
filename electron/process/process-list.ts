import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readSync, readdirSync } from 'node:fs'
import { JobyardError } from '../../shared/errors.ts'

/** One process of this machine at the moment of the look. */
export interface ProcessEntry {
  readonly pid: number
  readonly ppid: number
  /** Process group. */
  readonly pgid: number
  /** Session; null where the system does not tell. */
  readonly sid: number | null
  /** See start-time.ts. */
  readonly start: string
  /** It has ended and only waits for its parent to notice. */
  readonly zombie: boolean
  /** Stopped by a signal (SIGSTOP, SIGTSTP). */
  readonly stopped: boolean
}

const COMMAND_TIMEOUT_MS = 5_000
const PS_FIELDS = ['pid=', 'ppid=', 'pgid=', 'state=', 'lstart='].flatMap((field) => ['-o', field])
const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*)$/

/**
 * All processes of this machine. Synchronous, because what acts on the list wants it fresh; some milliseconds.
 * @throws JobyardError UNSUPPORTED_PLATFORM on Windows
 */
export function listProcesses(): ProcessEntry[] {
  if (process.platform === 'linux') return listProc()
  if (process.platform !== 'win32') return parsePs(runPs(['-A', ...PS_FIELDS]))
  throw new JobyardError('UNSUPPORTED_PLATFORM', 'Processes cannot be listed on Windows.')
}

/** One process, or null where there is none with this pid. Not for Windows. */
export function findProcess(pid: number): ProcessEntry | null {
  if (process.platform === 'linux') return readProc(String(pid))
  try {
    return parsePs(runPs([...PS_FIELDS, '-p', String(pid)]))[0] ?? null
  } catch {
    // ps fails where there is no such process.
    return null
  }
}

function listProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = []
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first < 48 || first > 57) continue
    const entry = readProc(name)
    if (entry !== null) entries.push(entry)
  }
  return entries
}

/** A line of /proc/PID/stat is far shorter. */
const STAT_BUFFER = Buffer.alloc(4_096)

function readProc(pid: string): ProcessEntry | null {
  const stat = readProcStat(pid)
  return stat === null ? null : parseProcStat(stat)
}

/**
 * The text of `/proc/PID/stat`; null where there is no such process. Asked for each process that is started, so one read
 * must do: a proc file gives all it has in the first.
 */
export function readProcStat(pid: string): string | null {
  try {
    const fd = openSync(`/proc/${pid}/stat`, 'r')
    try {
      return STAT_BUFFER.toString('latin1', 0, readSync(fd, STAT_BUFFER))
    } finally {
      closeSync(fd)
    }
  } catch {
    // It ended between the listing and the look.
    return null
  }
}

/**
 * Parses `/proc/PID/stat`. The name of the program stands in parentheses and may itself hold any character.
 * @internal for tests
 */
export function parseProcStat(text: string): ProcessEntry | null {
  const nameEnd = text.lastIndexOf(')')
  if (nameEnd < 0) return null
  const [state = '', ppid, pgid, sid, ...rest] = text.slice(nameEnd + 2).split(' ')
  // Field 22 of the line: the fields before it are pid, name, the four above, and 15 of `rest`.
  const start = rest[15]
  if (start === undefined) return null
  return {
    pid: Number.parseInt(text, 10),
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    start,
    zombie: state === 'Z' || state === 'X',
    stopped: state === 'T' || state === 't',
  }
}

/**
 * Parses `ps -o pid=,ppid=,pgid=,state=,lstart=`; lines it does not understand are left out.
 * @internal for tests
 */
export function parsePs(text: string): ProcessEntry[] {
  const entries: ProcessEntry[] = []
  for (const line of text.split('\n')) {
    const match = PS_LINE.exec(line)
    if (match === null) continue
    const [, pid, ppid, pgid, state = '', start = ''] = match
    entries.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      sid: null,
      start: start.trim().replaceAll(/\s+/g, ' '),
      zombie: state.startsWith('Z'),
      stopped: state.startsWith('T'),
    })
  }
  return entries
}

function runPs(args: readonly string[]): string {
  return execFileSync('ps', args, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
    // The start time is printed in the language of the user.
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  })
}
