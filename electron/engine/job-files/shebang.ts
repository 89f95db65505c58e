import { posix } from 'node:path'
import { FileFault } from './file-fault.ts'
import { MAX_SHEBANG_BYTES } from './limits.ts'
import { bomLength } from './text.ts'

const LF = 10
const [HASH, BANG] = [35, 33]

/** The worker puts the Node it finds in this place. */
const NODE = 'jobyard:node'

export function startsWithShebang(bytes: Uint8Array): boolean {
  return bytes[0] === HASH && bytes[1] === BANG
}

/**
 * The program and its arguments that a script's first line names; null where it names none.
 * Arguments are split at spaces (Linux would pass them as one, macOS splits too).
 * @throws FileFault BAD_TARGET where the line cannot be used
 */
function readShebang(content: Buffer, platform: NodeJS.Platform): string[] | null {
  const body = content.subarray(bomLength(content))
  if (!startsWithShebang(body)) return null
  const end = body.indexOf(LF)
  const line = body.subarray(2, end < 0 ? body.length : end)
  if (line.length > MAX_SHEBANG_BYTES) {
    throw new FileFault('BAD_TARGET', `The first line (#!) is longer than ${MAX_SHEBANG_BYTES} bytes.`)
  }
  const words = line
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return null
  return preferOurNode(platform === 'win32' ? withoutFolders(words) : words)
}

/** Windows has no /usr/bin: what counts is the name of the program, found on PATH. */
function withoutFolders(words: readonly string[]): string[] {
  const [program = '', ...args] = words
  const name = posix.basename(program)
  const [first, ...rest] = args
  if (name !== 'env' || first === undefined) return [name, ...args]
  return first === '-S' ? [...rest] : [first, ...rest]
}

/** `env node` means some Node: then one that can run TypeScript too. A Node named by its path stays the one it is. */
function preferOurNode(words: string[]): string[] {
  const isSomeNode = words.length === 2 && posix.basename(words[0] ?? '') === 'env' && words[1] === 'node'
  return isSomeNode || (words.length === 1 && words[0] === 'node') ? [NODE] : words
}

/** What runs a script by its ending (with the dot, in lower case). */
function byEnding(ending: string, platform: NodeJS.Platform): string[] | null {
  const isWindows = platform === 'win32'
  switch (ending) {
    case '.sh':
      return [isWindows ? 'sh' : '/bin/sh']
    case '.bash':
      return ['bash']
    case '.py':
      return isWindows ? ['py', '-3'] : ['python3']
    case '.js':
    case '.mjs':
    case '.cjs':
    case '.ts':
    case '.mts':
      return [NODE]
    case '.ps1':
      return isWindows
        ? ['powershell.exe', '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File']
        : ['pwsh', '-NoProfile', '-File']
    case '.bat':
    case '.cmd':
      return isWindows ? ['cmd.exe', '/d', '/c'] : null
    default:
      return null
  }
}

/**
 * What runs a script: its first line, else its ending.
 * @throws FileFault BAD_TARGET, WRONG_PLATFORM
 */
export function interpreterOf(content: Buffer, ending: string, platform: NodeJS.Platform): string[] {
  const interpreter = readShebang(content, platform) ?? byEnding(ending, platform)
  if (interpreter !== null) return interpreter
  if (ending === '.bat' || ending === '.cmd') {
    throw new FileFault('WRONG_PLATFORM', `Scripts that end in ${ending} run on Windows only.`)
  }
  throw new FileFault(
    'BAD_TARGET',
    'Nothing says what runs this script: it needs a first line like "#!/bin/sh" or a known ending.',
  )
}
