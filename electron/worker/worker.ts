/**
 * The child side of the pool: one process that runs one job at a time. Started by `child_process.fork` or by Electron's
 * `utilityProcess`; told everything else by messages (shared/worker-protocol.ts).
 */
import { openChannel } from './channel.ts'
import { WorkerSession } from './worker-session.ts'
import { WORKER_EXIT_CODES } from '../../shared/worker-protocol.ts'

let session: WorkerSession | null = null

// Before anything else: a utility process would otherwise live on after an unhandled rejection, and its job hang.
const fail = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  if (session === null) process.exit(WORKER_EXIT_CODES.fault)
  void session.fail(error)
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

// Pipes to an owner that is gone must not be an uncaught error on the way out.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

const channel = openChannel()
const opened = new WorkerSession(channel)
session = opened

// Ctrl-C in the owner's terminal, and its closing, reach us too: what then happens is for the owner to say.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
  if (process.platform !== 'win32' || signal === 'SIGINT') process.on(signal, () => undefined)
}
process.on('SIGTERM', () => {
  void opened.leave()
})

process.on('exit', () => {
  opened.lastWords()
})

channel.listen(
  (message) => {
    opened.receive(message)
  },
  () => {
    void opened.leave()
  },
)
