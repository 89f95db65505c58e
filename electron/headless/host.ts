import type { Colors } from 'picocolors/types'
import type { EntryPaths } from './entry-paths.ts'
import type { Output } from './output/output.ts'

/** The terminal that standard output goes to. */
export interface Terminal extends NodeJS.WritableStream {
  readonly columns: number
  readonly rows: number
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** The size of a terminal; one that says it has none (a pseudo-terminal nobody has set up) counts as a common one. */
export function sizeOf(terminal: Pick<Terminal, 'columns' | 'rows'>): Size {
  return { columns: terminal.columns || 80, rows: terminal.rows || 24 }
}

/** What a command has of the process it runs in. */
export interface Host {
  readonly entries: EntryPaths
  readonly stdout: Output
  readonly stderr: Output
  /** null where standard output goes to a file or a pipe, or to a terminal that cannot move its cursor. */
  readonly terminal: Terminal | null
  /** They do nothing where there is no terminal, or where NO_COLOR is set. */
  readonly colors: Colors
  readonly cwd: string
  /** Another process of ours stands between the terminal and this one. */
  readonly reexec: boolean
  /** What the process ends with when the command is through. */
  exit_code: number
}

/** What the process ends with. A run that a signal ended has 128 + the signal's number. */
export const EXIT = {
  ok: 0,
  /** Some jobs did not succeed, or the command could not be carried out. */
  failed: 1,
  /** Bad usage, or job files with faults. */
  bad_input: 2,
} as const

/** A remark for a person, on standard error. */
export function note(host: Pick<Host, 'stderr'>, text: string): void {
  void host.stderr.line(`jobyard: ${text}`)
}
