/** `utilityProcess` over `child_process.fork`. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { deserialize } from 'node:v8'
import { app } from './app.ts'
import { checkOptions, strict } from './strict.ts'
import { cloned } from './wire.ts'

const SHIM = pathToFileURL(join(import.meta.dirname, 'parent-port.ts')).href
const HEADER_BYTES = 4
const PORT_FD = 4
/** Chromium makes sure of the end after so long. [src shell/browser/api/electron_api_utility_process.cc] */
const KILL_PATIENCE_MS = 2_000

interface ForkOptions {
  readonly env?: Record<string, string>
  readonly execArgv?: string[]
  readonly cwd?: string
  readonly stdio?: string | string[]
  readonly serviceName?: string
}

const children = new Set<ChildProcess>()
let spawned = 0

// [facts A4] Chromium's children end when their owner is gone, also those that are busy.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

class UtilityProcess extends EventEmitter {
  /** Undefined before `spawn` and after `exit`. [dts UtilityProcess.pid] */
  pid: number | undefined
  stdout: PassThrough | null
  stderr: PassThrough | null
  readonly #child: ChildProcess
  readonly #name: string
  readonly #waiting: unknown[] = []
  #is_up = false
  #is_gone = false
  #was_killed = false
  #exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | null = null
  #is_read = false

  constructor(entry: string, args: readonly string[], options: ForkOptions) {
    super()
    checkOptions('utilityProcess.fork', options, ['env', 'execArgv', 'cwd', 'stdio', 'serviceName'])
    // [dts 22942] default: Node Utility Process
    this.#name = options.serviceName ?? 'Node Utility Process'
    const stdio = outputOf(options.stdio ?? 'inherit')
    this.#child = fork(entry, [...args], {
      // [src] an empty one means: as it is; else it replaces all.
      env: Object.keys(options.env ?? {}).length > 0 ? options.env : process.env,
      execArgv: ['--disable-warning=ExperimentalWarning', ...(options.execArgv ?? []), '--import', SHIM],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      serialization: 'advanced',
      stdio: ['ignore', stdio, stdio, 'ipc', 'pipe'],
    })
    children.add(this.#child)
    this.stdout = through(this.#child.stdout)
    this.stderr = through(this.#child.stderr)
    this.#readMessages()
    this.#child.on('error', () => {
      // [facts A4] A process that could not be started is an exit with a code, never a throw.
      this.#exit ??= { code: 1, signal: null }
      this.#is_read = true
      this.#settle()
    })
    this.#child.once('spawn', () => {
      // Later than Node's: until then there is neither pid nor kill. [#44009, #44013]
      setImmediate(() => {
        this.#up()
      })
    })
    this.#child.once('exit', (code, signal) => {
      this.#exit = { code, signal }
      this.#settle()
    })
  }

  /** What is posted before the child listens is kept for it. [src lib/utility/init.ts] */
  postMessage(message: unknown, transfer?: readonly unknown[]): void {
    if (transfer !== undefined && transfer.length > 0)
      throw new TypeError('the stand-in transfers no ports to children')
    const copy = cloned(message)
    if (this.#is_gone) return
    if (this.#is_up) this.#post(copy)
    else this.#waiting.push(copy)
  }

  /** SIGTERM; false and nothing before `spawn` and after the end. [#44009; facts A5] */
  kill(): boolean {
    if (!this.#is_up || this.#is_gone) return false
    this.#was_killed = true
    this.#child.kill('SIGTERM')
    setTimeout(() => this.#child.kill('SIGKILL'), KILL_PATIENCE_MS).unref()
    return true
  }

  #up(): void {
    if (this.#is_gone) return
    this.#is_up = true
    this.pid = this.#child.pid
    for (const message of this.#waiting.splice(0)) this.#post(message)
    this.emit('spawn')
    this.#settle()
  }

  #post(message: unknown): void {
    if (this.#child.connected) this.#child.send({ message }, () => undefined)
  }

  /** Children post by a pipe of their own, synchronously: what they posted before they ended has been posted. */
  #readMessages(): void {
    const pipe = this.#child.stdio[PORT_FD]
    let rest = Buffer.alloc(0)
    pipe?.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= HEADER_BYTES && rest.length >= HEADER_BYTES + rest.readUInt32LE(0)) {
        const end = HEADER_BYTES + rest.readUInt32LE(0)
        const message: unknown = deserialize(rest.subarray(HEADER_BYTES, end))
        rest = rest.subarray(end)
        // [facts A7] the bare value, no event, no ports
        this.emit('message', message)
      }
    })
    const over = (): void => {
      this.#is_read = true
      this.#settle()
    }
    pipe?.on('error', over)
    pipe?.on('close', over)
  }

  #settle(): void {
    const exit = this.#exit
    if (exit === null || !this.#is_read || this.#is_gone) return
    // `spawn` always comes first. [facts A4]
    if (!this.#is_up && this.#child.pid !== undefined) return
    this.#is_gone = true
    this.#is_up = false
    children.delete(this.#child)
    this.pid = undefined
    const code = rawCode(exit, this.#was_killed)
    const reason = goneReason(exit, this.#was_killed)
    const tellApp = (): void => {
      app.emit(
        'child-process-gone',
        { preventDefault: () => undefined },
        {
          type: 'Utility',
          reason,
          exitCode: code,
          name: this.#name,
          serviceName: 'node.mojom.NodeService',
        },
      )
    }
    // No order of the two events is promised: here it alternates.
    spawned += 1
    if (spawned % 2 === 0) tellApp()
    else setImmediate(tellApp)
    // [src lib/browser/api/utility-process.ts] right after the event the streams lose their listeners and are let go of.
    this.emit('exit', code)
    this.stdout?.removeAllListeners()
    this.stderr?.removeAllListeners()
    this.stdout = null
    this.stderr = null
  }
}

/** Only stdout and stderr can be set, and stdin is never there. [dts 22970] */
function outputOf(stdio: string | string[]): 'pipe' | 'ignore' | 'inherit' {
  const kinds = ['pipe', 'ignore', 'inherit'] as const
  const [stdin, stdout, stderr] = typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio
  const kind = kinds.find((known) => known === stdout)
  if (stdin !== 'ignore' || kind === undefined || stdout !== stderr)
    throw new TypeError('stdio is not supported')
  return kind
}

function through(stream: NodeJS.ReadableStream | null): PassThrough | null {
  if (stream === null) return null
  const pass = new PassThrough()
  stream.pipe(pass)
  return pass
}

/** After `kill()` 0; after another signal its number, and 128 more with a core. [facts A4, A5; Electron #42283] */
function rawCode(
  { code, signal }: { readonly code: number | null; readonly signal: NodeJS.Signals | null },
  was_killed: boolean,
): number {
  if (was_killed) return 0
  if (code !== null) return code
  const numbers: Readonly<Record<string, number>> = {
    SIGKILL: 9,
    SIGTERM: 15,
    SIGSEGV: 139,
    SIGABRT: 134,
    SIGINT: 2,
  }
  return numbers[signal ?? ''] ?? 1
}

/** [doc app, child-process-gone; dts 22616] */
function goneReason(
  { code, signal }: { readonly code: number | null; readonly signal: NodeJS.Signals | null },
  was_killed: boolean,
): string {
  if (was_killed || signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') return 'killed'
  if (signal !== null) return 'crashed'
  return code === 0 ? 'clean-exit' : 'abnormal-exit'
}

export const utilityProcess = strict('utilityProcess', {
  fork: (entry: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess => {
    // [dts 16720]
    if (!app.isReady()) throw new TypeError('utilityProcess cannot be created before app is ready.')
    return new UtilityProcess(entry, args, options)
  },
})
