import { readdirSync, statSync } from 'node:fs'
import { delimiter, extname, resolve } from 'node:path'
import type { Environment } from './normalise.ts'

/** What `/bin/sh` and `cmd.exe` know by themselves. */
const POSIX_WORDS = [
  ...[
    '.',
    ':',
    '[',
    '[[',
    'alias',
    'case',
    'cd',
    'command',
    'echo',
    'eval',
    'exec',
    'exit',
    'export',
    'false',
  ],
  ...[
    'for',
    'if',
    'printf',
    'pwd',
    'set',
    'test',
    'time',
    'times',
    'trap',
    'true',
    'type',
    'ulimit',
    'umask',
  ],
  ...['unset', 'until', 'wait', 'while'],
]
const CMD_WORDS = [
  ...[
    'call',
    'cd',
    'chdir',
    'copy',
    'del',
    'dir',
    'echo',
    'erase',
    'exit',
    'for',
    'if',
    'md',
    'mkdir',
    'move',
  ],
  ...['pushd', 'rd', 'ren', 'rename', 'rmdir', 'set', 'start', 'type'],
]
const ASSIGNMENT = /^[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"']*)\s+/
const FIRST_WORD = /^(?:"([^"]*)"|'([^']*)'|([^\s"';&|<>()]+))/

/** Tells a command from a sentence: by its first word, which is a program that is there. */
export class ProgramWords {
  readonly #folder: string
  readonly #is_windows: boolean
  readonly #known: Set<string>

  /** @param folder where the commands would run */
  constructor(folder: string, env: Environment, platform: NodeJS.Platform = process.platform) {
    this.#folder = folder
    this.#is_windows = platform === 'win32'
    this.#known = new Set(this.#is_windows ? CMD_WORDS : POSIX_WORDS)
    const path = Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? ''
    const endings = (env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';')
    // The names themselves, because "Install" is /usr/bin/install for a file system that ignores case.
    for (const folder_of_programs of path.split(delimiter)) {
      for (const name of namesIn(folder_of_programs)) this.#add(name, endings)
    }
  }

  #add(name: string, endings: readonly string[]): void {
    if (!this.#is_windows) {
      this.#known.add(name)
      return
    }
    const lower = name.toLowerCase()
    const ending = extname(lower)
    this.#known.add(lower)
    if (endings.includes(ending)) this.#known.add(lower.slice(0, -ending.length))
  }

  /** @returns the word that should name a program and does not; null where the line looks like a command */
  stranger(line: string): string | null {
    let rest = line.replace(/^[({!\s]+/, '')
    for (let assigned = ASSIGNMENT.exec(rest); assigned !== null; assigned = ASSIGNMENT.exec(rest))
      rest = rest.slice(assigned[0].length)
    const [found, double, single, bare] = FIRST_WORD.exec(rest) ?? []
    const word = double ?? single ?? bare ?? ''
    if (word === '') return found ?? rest.slice(0, 20)
    return this.#isProgram(word) ? null : word
  }

  #isProgram(word: string): boolean {
    // What a variable or `~` stands for is known to the shell.
    if (/^(?:\$[\w{(]|~|%\w)/.test(word)) return true
    if (!/[/\\]/.test(word)) return this.#known.has(this.#is_windows ? word.toLowerCase() : word)
    return isFile(resolve(this.#folder, word))
  }
}

function namesIn(folder: string): string[] {
  try {
    return folder === '' ? [] : readdirSync(folder)
  } catch {
    // PATH may name folders that are not there.
    return []
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
