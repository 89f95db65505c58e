import { dirname } from 'node:path'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import type { DocumentContext } from './document.ts'
import { FileFault } from './file-fault.ts'
import { ProgramWords } from './commands-file-words.ts'
import { oneLine } from './normalise.ts'
import { FaultCounter } from './problem-list.ts'
import { RegularFile, withFile } from './regular-file.ts'
import { quoted } from './spec-path.ts'
import { readTextLines } from './text-lines.ts'
import type { LineFault, TextLine } from './text-lines.ts'

/** A text file in which each line may be a command. */
export interface CommandsFile {
  readonly path: string
  /** Its name says that it holds commands; else each of its first lines has to look like one. */
  readonly marked: boolean
}

/** Lines that are looked at closely in a file whose name says nothing. */
const CHECKED_LINES = 100
/** The spec of a command is mostly its text, twice. */

/** Reads a file with a shell command in each line, in memory that does not depend on its length. */
export async function readCommandsFile(file: CommandsFile, context: DocumentContext): Promise<void> {
  const reader = new CommandsReader(file.path, context)
  let opened: RegularFile | null = null
  try {
    const prose = file.marked ? null : proseIn(file.path, context)
    if (prose !== null) {
      context.problems.add([{ file: file.path, path: '', ...prose }])
      return
    }
    opened = new RegularFile(file.path)
    for (const line of readTextLines(opened)) {
      reader.line(line)
      if (context.batches.isFull) await context.batches.flush()
    }
  } catch (error) {
    if (!(error instanceof FileFault)) throw error
    reader.fault(error)
  } finally {
    opened?.close()
  }
  reader.end()
}

/** A command of a line, or null where there is none. */
function commandOf(text: string): string | null {
  const command = text.trim()
  return command === '' || command.startsWith('#') ? null : command
}

/** Many a text is no list of commands, and what it says must not run. @returns what is wrong with it, or null */
function proseIn(path: string, { env }: DocumentContext): LineFault | null {
  return withFile(path, (file) => {
    const words = new ProgramWords(dirname(path), env)
    let checked = 0
    for (const { number, text, fault } of readTextLines(file)) {
      // Told when its jobs are read.
      if (fault !== null || checked >= CHECKED_LINES) return null
      const command = commandOf(text)
      if (command === null) continue
      checked += 1
      const stranger = words.stranger(command)
      if (stranger === null) continue
      const message = `This does not look like a list of commands: ${quoted(stranger)} is no program that is there. If these are commands, let the name of the file end in .commands.`
      return { line: number, column: text.indexOf(stranger) + 1, code: 'NOT_A_JOB_FILE', message }
    }
    return null
  })
}

class CommandsReader {
  readonly #path: string
  readonly #folder: string
  readonly #context: DocumentContext
  readonly #problems = new FaultCounter<JobFileProblem>()
  #isEmpty = true

  constructor(path: string, context: DocumentContext) {
    this.#path = path
    this.#folder = dirname(path)
    this.#context = context
  }

  line({ number, text, fault }: TextLine): void {
    if (fault !== null) {
      this.#problem(fault)
      return
    }
    const command = commandOf(text)
    if (command === null) return
    if (process.platform !== 'win32' && /(?<!\\)(?:\\\\)*\\$/.test(command)) {
      const message =
        'This line ends in a backslash, but a command has one line. Write it in one, or into a script.'
      this.#problem({ line: number, column: text.trimEnd().length, code: 'SYNTAX', message })
      return
    }
    this.#isEmpty = false
    const { batches } = this.#context
    const spec = {
      name: oneLine(command),
      task: { kind: 'command', argv: null, shell_command: command },
      cwd: this.#folder,
      source: { file: this.#path, line: number },
    } as const
    batches.add({ spec })
  }

  fault({ code, message }: FileFault): void {
    this.#problem({ line: null, column: null, code, message })
  }

  end(): void {
    if (this.#isEmpty) {
      const message = 'There is no command in this file. Each line should hold one.'
      this.#problem({ line: 1, column: 1, code: 'EMPTY', message })
    }
    this.#context.problems.add(this.#problems.kept, this.#problems.more)
  }

  #problem(problem: LineFault): void {
    this.#isEmpty = false
    this.#problems.add(() => ({ file: this.#path, path: '', ...problem }))
  }
}
