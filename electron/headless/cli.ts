import pc from 'picocolors'
import { runCommandLine } from './command-line.ts'
import { entryPaths } from './entry-paths.ts'
import type { Host, Terminal } from './host.ts'
import { EXIT } from './host.ts'
import { errorLine } from './output/error-line.ts'
import { Output } from './output/output.ts'

/** Node's own warnings are for us, not for the person who reads our output. */
function quietWarnings(): void {
  if (process.env['JOBYARD_DEBUG'] !== '1') process.removeAllListeners('warning')
}

/** A bug of ours is told in one line, too; what was committed is set right at the next start. */
function tellBugs(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${errorLine(error, null)}\n`)
    if (process.env['JOBYARD_DEBUG'] === '1') process.stderr.write(`${error.stack ?? ''}\n`)
    process.exit(EXIT.failed)
  })
}

/** The terminal that standard output goes to, where a view can be drawn on it. */
function findTerminal(): Terminal | null {
  const { stdout, env } = process
  return stdout.isTTY && env['TERM'] !== 'dumb' ? stdout : null
}

/** Tells the command whether it was started by another process of ours, and keeps that from its children. */
function takeReexec(): boolean {
  const reexec = process.env['JOBYARD_REEXEC'] === '1'
  delete process.env['JOBYARD_REEXEC']
  return reexec
}

quietWarnings()
tellBugs()
const terminal = findTerminal()
const host: Host = {
  // Here and nowhere else: in the build, only this file is sure to lie beside the others.
  entries: entryPaths(import.meta.filename),
  stdout: new Output(process.stdout),
  stderr: new Output(process.stderr),
  terminal,
  colors: pc.createColors(terminal !== null && pc.isColorSupported),
  cwd: process.cwd(),
  reexec: takeReexec(),
  exit_code: EXIT.ok,
}
const code = await runCommandLine(process.argv.slice(2), host)
await Promise.all([host.stdout.flushed(), host.stderr.flushed()])
// Not left to the event loop: a handle that something forgot would keep a finished command from ending.
process.exit(code)
