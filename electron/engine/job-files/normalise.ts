import { basename, resolve } from 'node:path'
import { missingCase } from '../../../shared/errors.ts'
import type { JobDefaults, JobEntry } from '../../../shared/job-file.ts'
import { DEFAULT_RETRY_CAUSES, SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { FinishHook, JobSpec, RetryPolicy, StopPolicy, Task, Unique } from '../../../shared/job-spec.ts'
import type { ProblemCode } from '../../../shared/job-file-problem.ts'
import { FileFault } from './file-fault.ts'
import { addSchedule } from './schedule-key.ts'
import type { OnFault } from './source.ts'
import { cut, quoted } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'
import type { Targets } from './targets.ts'

const MAX_MADE_NAME_CHARS = 60
const DEFAULT_RETRY = { interval_ms: 1_000, max_ms: 300_000, jitter: 0.2 }

/** The environment of the process that reads. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface SpecContext {
  /** Absolute path of the job file. */
  readonly file: string
  /** Its folder: what relative paths count from. */
  readonly folder: string
  /** What the folder of the job counts from, where that is another one. */
  readonly work_folder?: string
  readonly line: number
  /** Where the job is in its file. */
  readonly path: SpecPath
  readonly defaults: JobDefaults
  readonly targets: Targets
  /** What `env.X` in a sweep means where the job itself does not say. */
  readonly env: Environment
  readonly onFault: OnFault
}

/** Makes the spec that is stored of what a person wrote. @returns null where a fault was told */
export function toSpec(entry: JobEntry, context: SpecContext): JobSpec | null {
  const { defaults } = context
  const task = toTask(entry, context)
  if (task === null) return null
  const spec: JobSpec = {
    name: entry.name ?? madeName(task),
    task,
    cwd: folderOf(context.work_folder ?? context.folder, entry.cwd ?? defaults.cwd ?? ''),
  }
  const env = entry.env === undefined ? defaults.env : { ...defaults.env, ...entry.env }
  if (env !== undefined) spec.env = env
  addQueueing(spec, entry, defaults)
  addPolicies(spec, entry, defaults)
  if (!addSchedule(spec, entry, context)) return null
  spec.source = { file: context.file, line: context.line }
  return spec
}

/** Most jobs of a file work in the folder of the one before. */
let latest: { readonly base: string; readonly path: string; readonly folder: string } | null = null

function folderOf(base: string, path: string): string {
  if (latest?.base !== base || latest.path !== path) latest = { base, path, folder: resolve(base, path) }
  return latest.folder
}

function addQueueing(spec: JobSpec, entry: JobEntry, defaults: JobDefaults): void {
  const group = entry.group ?? defaults.group
  if (group !== undefined) spec.group = group
  const priority = entry.priority ?? defaults.priority
  if (priority !== undefined) spec.priority = priority
  const slots = entry.slots ?? defaults.slots
  if (slots !== undefined) spec.slots = slots
  const hold = entry.hold ?? defaults.hold
  if (hold !== undefined) spec.hold = hold
  const delay_ms = entry.delay ?? defaults.delay
  if (delay_ms !== undefined) spec.delay_ms = delay_ms
  if (entry.unique !== undefined) spec.unique = toUnique(entry.unique)
}

function addPolicies(spec: JobSpec, entry: JobEntry, defaults: JobDefaults): void {
  const retry = entry.retry ?? defaults.retry
  if (retry !== undefined) spec.retry = toRetry(retry)
  const timeout = entry.timeout ?? defaults.timeout
  if (typeof timeout === 'number') spec.timeout_ms = timeout
  else if (timeout !== undefined) spec.timeout_percent = timeout.percent
  const stop = entry.stop ?? defaults.stop
  if (stop !== undefined) spec.stop = toStop(stop)
  const on_interrupt = entry.on_interrupt ?? defaults.on_interrupt
  if (on_interrupt !== undefined) spec.on_interrupt = on_interrupt
  const on_finish = entry.on_finish ?? defaults.on_finish
  if (on_finish !== undefined) spec.on_finish = toFinishHook(on_finish)
  const log = entry.log ?? defaults.log
  if (log?.max !== undefined) spec.log_max_bytes = log.max
  const limits = entry.limits ?? defaults.limits
  if (limits !== undefined) {
    spec.memory = {
      max_bytes: limits.memory,
      sustain_ms: limits.sustain ?? SPEC_DEFAULTS.memory_sustain_ms,
    }
  }
}

function toRetry(retry: NonNullable<JobEntry['retry']>): RetryPolicy {
  const asked = typeof retry === 'number' ? { limit: retry } : retry
  return {
    limit: asked.limit,
    backoff: asked.backoff ?? 'exponential',
    interval_ms: asked.interval ?? DEFAULT_RETRY.interval_ms,
    max_ms: asked.max ?? DEFAULT_RETRY.max_ms,
    jitter: asked.jitter ?? DEFAULT_RETRY.jitter,
    exit_codes: asked.exit_codes ?? null,
    causes: asked.causes ?? [...DEFAULT_RETRY_CAUSES],
  }
}

function toUnique(unique: NonNullable<JobEntry['unique']>): Unique {
  const asked = typeof unique === 'string' ? { key: unique } : unique
  return { key: asked.key, while: asked.while ?? SPEC_DEFAULTS.unique_while }
}

function toStop(stop: NonNullable<JobEntry['stop']>): StopPolicy {
  return {
    signal: stop.signal ?? SPEC_DEFAULTS.stop.signal,
    grace_ms: stop.grace ?? SPEC_DEFAULTS.stop.grace_ms,
  }
}

function toFinishHook(hook: NonNullable<JobEntry['on_finish']>): FinishHook {
  const asked = typeof hook === 'object' ? hook : { command: hook }
  return { command: asked.command, if: asked.if ?? SPEC_DEFAULTS.on_finish_if }
}

function toTask(entry: JobEntry, context: SpecContext): Task | null {
  if (entry.script !== undefined) return toScriptTask(entry.script, entry.args ?? [], context)
  if (entry.module !== undefined) return toModuleTask(entry.module, entry.with, context)
  const { command } = entry
  if (Array.isArray(command)) return { kind: 'command', argv: command, shell_command: null }
  return { kind: 'command', argv: null, shell_command: command ?? '' }
}

function toScriptTask(script: string, args: string[], context: SpecContext): Task | null {
  const original_path = resolve(context.folder, script)
  const stored = context.targets.script(original_path)
  if (stored instanceof FileFault) {
    tellTarget('script', original_path, stored, context)
    return null
  }
  const { sha256, interpreter } = stored
  return { kind: 'script', sha256, original_path, interpreter: [...interpreter], args }
}

function toModuleTask(module: string, input: JobEntry['with'], context: SpecContext): Task | null {
  const path = resolve(context.folder, module)
  const fault = context.targets.moduleFault(path)
  if (fault !== null) {
    tellTarget('module', path, fault, context)
    return null
  }
  return input === undefined
    ? { kind: 'module', module: path }
    : { kind: 'module', module: path, with: input }
}

function tellTarget(key: 'script' | 'module', path: string, fault: FileFault, context: SpecContext): void {
  context.onFault(() => ({
    code: targetCode(fault.code),
    path: [...context.path, key],
    message: `The ${key} ${quoted(path)} cannot be used. ${fault.message}`,
    found: quoted(path),
    expected: key === 'script' ? 'a script' : 'a JavaScript or TypeScript module',
  }))
}

function targetCode(code: ProblemCode): ProblemCode {
  if (code === 'NOT_FOUND') return 'TARGET_NOT_FOUND'
  return code === 'STORE_FAILED' || code === 'WRONG_PLATFORM' ? code : 'BAD_TARGET'
}

/** The name of a job that was given none. */
function madeName(task: Task): string {
  switch (task.kind) {
    case 'command':
      return oneLine(task.argv === null ? (task.shell_command ?? '') : task.argv.map(shown).join(' '))
    case 'script':
      return oneLine([basename(task.original_path), ...task.args.map(shown)].join(' '))
    case 'module':
      return oneLine(basename(task.module))
    default:
      return missingCase(task)
  }
}

function shown(argument: string): string {
  const short = cut(argument, MAX_MADE_NAME_CHARS)
  return short === '' || /\s/.test(short) ? `"${short}"` : short
}

/** Words of ASCII with one space between them, as most names are. */
const PLAIN_LINE = /^[!-~]+(?: [!-~]+)*$/

/** A short text without line breaks and control characters; never empty. */
export function oneLine(text: string, max = MAX_MADE_NAME_CHARS): string {
  if (PLAIN_LINE.test(text)) return cut(text, max)
  // More than is shown, because white space will shrink.
  const line = text
    .slice(0, 1_000)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '\ufffd')
    .trim()
  return line === '' ? 'unnamed' : cut(line, max)
}
