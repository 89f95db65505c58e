import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const START_MS = 20_000
const END_MS = 20_000

/** A process of ours that prints one line of JSON when it is ready. */
export class OwnerProcess {
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>
  #errors = ''

  constructor(command: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>) {
    const [program = process.execPath, ...args] = command
    this.#child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#gone = once(this.#child, 'exit')
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The first line it prints. @throws Error with what it said instead */
  async ready(): Promise<unknown> {
    const { stdout } = this.#child
    if (stdout === null) throw new Error('The process has no output.')
    const lines = createInterface(stdout)
    const patience = AbortSignal.timeout(START_MS)
    const line = once(lines, 'line', { signal: patience }).then(([text]) => String(text))
    const ended = this.#gone.then(() => {
      throw new Error(`The process ended before it was ready: ${this.#errors}`)
    })
    const first = await Promise.race([line, ended]).catch((error: unknown) => {
      throw patience.aborted ? new Error(`The process was not ready in time: ${this.#errors}`) : error
    })
    // What it prints later must not fill the pipe.
    lines.on('line', () => undefined)
    return JSON.parse(first)
  }

  /** Resolves when it is gone; one that does not end when it is asked to is killed, and that is an error. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill(signal)
    const outOfPatience = new AbortController()
    const patience = setTimeout(() => {
      outOfPatience.abort()
      this.#child.kill('SIGKILL')
    }, END_MS)
    await this.#gone
    clearTimeout(patience)
    if (outOfPatience.signal.aborted)
      throw new Error(`The process did not end when it was sent ${signal}: ${this.#errors}`)
  }
}
