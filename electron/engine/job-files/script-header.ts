import { parse, TomlError } from 'smol-toml'
import type { JobFileProblem, ProblemCode } from '../../../shared/job-file-problem.ts'
import { MAX_DEPTH, MAX_HEADER_CHARS } from './limits.ts'
import { placeFaults } from './raw-problems.ts'
import { TomlPlaces } from './script-header-places.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { describe } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import { bomLength } from './text.ts'

/** Settings of a job that stand in its script. */
export interface ScriptHeader {
  readonly toml: string
  /** The line of the script in which `toml` begins. */
  readonly line: number
  /** Characters that stand before each line of it. */
  readonly indent: number
  /** Where in it the settings are. */
  readonly path: SpecPath
}

/** What looks like a header and is none of ours. */
export interface BadHeader {
  readonly code: ProblemCode
  readonly line: number
  readonly message: string
}

const PYTHON_START = /^# \/\/\/ ([A-Za-z0-9-]+)$/
const START = /^(#|\/\/|--|::|@?rem) \/\/\/ jobyard$/i
const IN_PYTHON = '[tool.jobyard] in a block that begins with "# /// script"'

/**
 * The header of a script: in Python the block `script` of PEP 723, where it has a table of ours; elsewhere what stands
 * between `/// jobyard` and `///` in line comments.
 */
export function findHeader(content: Buffer, isPython: boolean): ScriptHeader | BadHeader | null {
  if (!content.includes('/// ')) return null
  const lines = content.subarray(bomLength(content)).toString('utf8').split(/\r?\n/)
  const header = isPython ? pythonHeader(lines) : commentHeader(lines)
  if (header === null || 'message' in header || header.toml.length <= MAX_HEADER_CHARS) return header
  const message = `The header of a script may have ${MAX_HEADER_CHARS} characters; this one has ${header.toml.length}.`
  return { code: 'TOO_LARGE', line: header.line - 1, message }
}

function pythonHeader(lines: readonly string[]): ScriptHeader | BadHeader | null {
  let found: ScriptHeader | null = null
  for (let at = 0; at < lines.length; at += 1) {
    const type = PYTHON_START.exec(lines[at] ?? '')?.[1]
    if (type === undefined) continue
    const end = endOfPythonBlock(lines, at + 1)
    if (type === 'jobyard') {
      return {
        code: 'SYNTAX',
        line: at + 1,
        message: `In Python, put the settings under ${IN_PYTHON} (PEP 723).`,
      }
    }
    if (end === null) continue
    if (type === 'script') {
      const toml = textOf(lines.slice(at + 1, end), 2)
      if (found !== null && `${found.toml} ${toml}`.includes('jobyard')) return twice(at + 1)
      found = { toml, line: at + 2, indent: 2, path: ['tool', 'jobyard'] }
    }
    at = end
  }
  // Most of these blocks are for other tools.
  return found?.toml.includes('jobyard') === true ? found : null
}

function twice(line: number): BadHeader {
  return { code: 'SYNTAX', line, message: 'There is another block "# /// script" above (PEP 723).' }
}

/** The last line "# ///" of the comment: PEP 723 has it so. A block without one is none. */
function endOfPythonBlock(lines: readonly string[], start: number): number | null {
  let end: number | null = null
  for (let at = start; /^#(?: |$)/.test(lines[at] ?? ''); at += 1) if (lines[at] === '# ///') end = at
  return end
}

function commentHeader(lines: readonly string[]): ScriptHeader | BadHeader | null {
  const start = lines.findIndex((line) => START.test(line.trimEnd()))
  const mark = START.exec((lines[start] ?? '').trimEnd())?.[1]
  if (mark === undefined) return null
  for (let at = start + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (!line.toLowerCase().startsWith(mark.toLowerCase())) break
    if (line.slice(mark.length).trim() === '///') {
      const indent = mark.length + 1
      return { toml: textOf(lines.slice(start + 1, at), indent), line: start + 2, indent, path: [] }
    }
  }
  return { code: 'SYNTAX', line: start + 1, message: `This header has no end: a line "${mark} ///".` }
}

function textOf(lines: readonly string[], indent: number): string {
  return lines.map((line) => line.slice(indent)).join('\n')
}

/** Reads the text of a header. @returns null where it has none of our settings, or a fault was told */
export function parseHeader(header: ScriptHeader, onFault: OnFault): ParsedFile | null {
  try {
    const value = parse(header.toml, { maxDepth: MAX_DEPTH })
    const places = new TomlPlaces(header.toml)
    return {
      value,
      locate: (loci) => places.locate(loci),
      jobOffset: () => 0,
      writtenAs: (path) => places.writtenAs(path),
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [said = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)
    const offset = offsetOf(header.toml, error.line, error.column)
    onFault(() => ({ code: 'SYNTAX', path: [], offset, message: `This header is not TOML: ${said}.` }))
    return null
  }
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1)
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1
}

/** The settings in a parsed header, or null where there are none; what is no map is told. */
export function settingsIn(value: unknown, path: SpecPath, onFault: OnFault): Record<string, unknown> | null {
  let inner: unknown = value
  for (const [depth, part] of path.entries()) {
    if (!isMap(inner)) return null
    inner = Object.hasOwn(inner, part) ? inner[part] : undefined
    if (inner === undefined) return null
    if (!isMap(inner) && depth === path.length - 1) {
      onFault(() => ({ code: 'INVALID', path, message: `Expected a table, found ${describe(inner)}.` }))
    }
  }
  return isMap(inner) ? inner : null
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Faults with their places in the script. */
export function placeInScript(
  file: string,
  { toml, line, indent }: ScriptHeader,
  faults: readonly RawFault[],
  parsed: ParsedFile | null,
): JobFileProblem[] {
  return placeFaults(file, toml, faults, parsed, line).map((problem) => ({
    ...problem,
    column: (problem.column ?? 1) + indent,
  }))
}
