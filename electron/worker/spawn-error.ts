import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { hasCode, serialiseError } from '../../shared/errors.ts'
import type { SerialisedError } from '../../shared/errors.ts'
import { findExecutables } from './executables.ts'

/** What was to be started, and where. */
export interface SpawnAttempt {
  readonly program: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Says for a person why a process could not be started and what to do. The system's error alone misleads: ENOENT is
 * told for a missing program, a missing working directory and a missing interpreter alike.
 */
export function explainSpawnError(error: unknown, attempt: SpawnAttempt): SerialisedError {
  if (hasCode(error, 'SPAWN_FAILED')) return serialiseError(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const told = serialiseError(error).message
  const message =
    cwdFault(attempt.cwd) ??
    programFault(attempt, code) ??
    systemFault(code) ??
    `It could not be started: ${told}.`
  return {
    code: 'SPAWN_FAILED',
    message,
    details: { system_code: code, program: attempt.program, cwd: attempt.cwd },
  }
}

function cwdFault(cwd: string): string | null {
  try {
    if (!statSync(cwd).isDirectory())
      return `The working directory ${cwd} is not a directory. Correct \`cwd\` of the job.`
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EACCES')
      return `The working directory ${cwd} may not be entered. Change its permissions or \`cwd\` of the job.`
    return `The working directory ${cwd} does not exist. Create it or correct \`cwd\` of the job.`
  }
}

function programFault({ program, cwd, env }: SpawnAttempt, code: string): string | null {
  if (program === '') return 'The command is empty. Name a program.'
  if (code === 'ERR_INVALID_ARG_VALUE')
    return 'The command, an argument or a variable holds a NUL byte, which no system can pass on.'
  if (!['ENOENT', 'EACCES', 'EPERM', 'ENOEXEC', 'ENOTDIR', 'EISDIR', 'UNKNOWN'].includes(code)) return null
  const path = pathOf(program, cwd, env)
  if (path === null)
    return `The program "${program}" was not found on PATH. Install it, or give its full path.`
  if (!existsSync(path)) return `The program ${path} does not exist. Correct the command of the job.`
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return `${path} is a directory, not a program.`
  if (code === 'EACCES' || code === 'EPERM') {
    return `${path} is not executable. Make it so (chmod +x), or name the program that runs it.`
  }
  const interpreter = shebangOf(path)
  if (code === 'ENOENT' && interpreter !== null) {
    return `${path} asks for the interpreter ${interpreter}, which does not exist. Install it or correct the first line.`
  }
  if (code === 'ENOEXEC' || code === 'UNKNOWN') {
    return `${path} is not a program for this system, and has no first line (#!…) that names its interpreter.`
  }
  return null
}

/** The file a program's name stands for; null where a bare name is nowhere on the search path. */
function pathOf(program: string, cwd: string, env: NodeJS.ProcessEnv): string | null {
  const isPath = program.includes('/') || (process.platform === 'win32' && program.includes('\\'))
  if (isPath) return isAbsolute(program) ? program : resolve(cwd, program)
  return findExecutables(program, env)[0] ?? null
}

function shebangOf(path: string): string | null {
  const buffer = Buffer.alloc(256)
  try {
    const fd = openSync(path, 'r')
    try {
      const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0))
      return /^#!\s*(\S+)/.exec(text)?.[1] ?? null
    } finally {
      closeSync(fd)
    }
  } catch {
    return null
  }
}

function systemFault(code: string): string | null {
  switch (code) {
    case 'E2BIG':
      return 'The arguments and the environment together are too long for this system. Put them in a file.'
    case 'EAGAIN':
    case 'ENOMEM':
      return 'The system has no room for another process (memory, or the limit of processes of this user). Try again later.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open. Raise the limit (ulimit -n) or run fewer jobs at a time.'
    default:
      return null
  }
}
