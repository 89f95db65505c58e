import { missingCase } from '../../../shared/errors.ts'
import type { JobSpec, Task } from '../../../shared/job-spec.ts'

/** Scripts of JavaScript and TypeScript name this in place of a program: some Node, found when they run. */
const NODE_PLACEHOLDER = 'jobyard:node'

/**
 * The job as a line for a shell that does what the job does: in its folder, with its environment. For a POSIX shell, or,
 * where the job's folder is one of Windows, for PowerShell.
 */
export function commandLine(spec: JobSpec): string {
  return isWindowsPath(spec.cwd) ? powerShellLine(spec) : posixLine(spec)
}

function posixLine(spec: JobSpec): string {
  const env = Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`)
  const words = wordsOf(spec.task, (command) => ['/bin/sh', '-c', command])
  const [first = '', ...rest] = env.length === 0 ? words : ['env', ...env, ...words]
  // A bare first word with `=` would be taken for a variable.
  const program = first.includes('=') ? `'${first.replaceAll("'", `'\\''`)}'` : posixWord(first)
  return `cd ${posixWord(spec.cwd)} && ${[program, ...rest.map(posixWord)].join(' ')}`
}

function powerShellLine(spec: JobSpec): string {
  const env = Object.entries(spec.env ?? {}).map(
    ([name, value]) => `\${env:${name.replace(/[`{}]/g, '`$&')}} = ${powerShellWord(value)}; `,
  )
  const words = wordsOf(spec.task, (command) => ['cmd.exe', '/d', '/s', '/c', `"${command}"`])
  const run = `& ${words.map(powerShellWord).join(' ')}`
  return `Set-Location -LiteralPath ${powerShellWord(spec.cwd)}; ${env.join('')}${run}`
}

function wordsOf(task: Task, inShell: (command: string) => string[]): string[] {
  switch (task.kind) {
    case 'command':
      return task.argv ?? inShell(task.shell_command ?? '')
    case 'script': {
      const [program = '', ...options] = task.interpreter
      const node = program === NODE_PLACEHOLDER ? 'node' : program
      return [node, ...options, task.original_path, ...task.args]
    }
    case 'module':
      return ['node', '--input-type=module', '--eval', moduleProgram(task.module, task.with)]
    default:
      return missingCase(task)
  }
}

/** Calls the module's function as a worker does, and prints what it returns. */
function moduleProgram(module: string, input: unknown): string {
  const given = input === undefined ? 'undefined' : JSON.stringify(input)
  return [
    `import { pathToFileURL } from 'node:url'`,
    `const { default: run } = await import(pathToFileURL(${JSON.stringify(module)}))`,
    `const job = { progress() {}, log: console.error, signal: new AbortController().signal, attempt: 1 }`,
    `console.log(JSON.stringify(await run(${given}, job)))`,
  ].join('; ')
}

function posixWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function powerShellWord(word: string): string {
  if (/^[A-Za-z0-9_./\\:-]+$/.test(word) && !word.startsWith('-')) return word
  return `'${word.replaceAll("'", "''")}'`
}

function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\')
}
