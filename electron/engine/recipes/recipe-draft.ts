import { dirname } from 'node:path'
import { stringify } from 'yaml'
import { missingCase } from '../../../shared/errors.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { VALUE_PARTS } from '../job-files/replacement.ts'

/** Without it, long commands would be folded. */
const NO_FOLDING = { lineWidth: 0 }

/**
 * A recipe that does what a job does, as YAML for a person to look at.
 * @param hole the text in whose place the file is to stand: `{}` is put wherever the job has it. null: it has no hole yet
 */
export function recipeDraft(spec: JobSpec, hole: string | null): string {
  const put = (text: string): string => withHole(text, hole)
  const draft = {
    version: 1,
    ...taskKeys(spec, put, hole),
    // A job that works beside its file does so for every other.
    ...(hole !== null && dirname(hole) === spec.cwd ? {} : { cwd: put(spec.cwd) }),
    ...(spec.env === undefined
      ? {}
      : { env: Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, put(value)])) }),
    ...queueKeys(spec),
    ...policyKeys(spec),
  }
  return stringify(draft, NO_FOLDING)
}

function taskKeys(
  { task, slot_mark }: JobSpec,
  put: (text: string) => string,
  hole: string | null,
): Record<string, unknown> {
  const fill = (text: string): string =>
    slot_mark === undefined ? put(text) : text.split(slot_mark).map(put).join('{%}')
  switch (task.kind) {
    case 'command':
      return {
        command:
          task.argv === null ? fill(withoutQuotes(task.shell_command ?? '', hole)) : task.argv.map(fill),
      }
    case 'script':
      return { script: fill(task.original_path), args: task.args.map(fill) }
    case 'module':
      return {
        module: fill(task.module),
        ...(task.with === undefined ? {} : { with: inTexts(task.with, fill) }),
      }
    default:
      return missingCase(task)
  }
}

function queueKeys({ group, priority, slots, delay_ms, unique }: JobSpec): Record<string, unknown> {
  return defined({
    ...{ group, priority, slots },
    delay: delay_ms === undefined ? undefined : seconds(delay_ms),
    unique: unique === undefined ? undefined : { ...unique, key: `${escaped(unique.key)} {}` },
  })
}

function policyKeys(spec: JobSpec): Record<string, unknown> {
  const { retry, timeout_ms, timeout_percent, stop, on_interrupt, memory, log_max_bytes } = spec
  const timeout = timeout_percent === undefined ? timeout_ms : `${timeout_percent}%`
  return defined({
    retry:
      retry === undefined
        ? undefined
        : defined({
            ...{ limit: retry.limit, backoff: retry.backoff, jitter: retry.jitter, causes: retry.causes },
            interval: seconds(retry.interval_ms),
            max: seconds(retry.max_ms),
            exit_codes: retry.exit_codes ?? undefined,
          }),
    timeout: typeof timeout === 'number' ? seconds(timeout) : timeout,
    stop: stop === undefined ? undefined : { signal: stop.signal, grace: seconds(stop.grace_ms) },
    on_interrupt,
    limits:
      memory === undefined ? undefined : { memory: memory.max_bytes, sustain: seconds(memory.sustain_ms) },
    log: log_max_bytes === undefined ? undefined : { max: log_max_bytes },
  })
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function seconds(ms: number): string {
  return `${ms}ms`
}

function withHole(text: string, hole: string | null): string {
  return hole === null || hole === '' ? escaped(text) : text.split(hole).map(escaped).join('{}')
}

/** What takes the place of a hole is quoted already. */
function withoutQuotes(command: string, hole: string | null): string {
  if (hole === null || hole === '') return command
  return command.replaceAll(`'${hole}'`, () => hole).replaceAll(`"${hole}"`, () => hole)
}

/** Braces that mean something in a recipe, and that meant themselves in the job. */
const MEANT = new RegExp(
  String.raw`\$\{\{|\{(?=(?:-?\d+|[#%]|file|output)?(?:${VALUE_PARTS.map((part) => part.replaceAll('.', String.raw`\.`)).join('|')})\})`,
  'g',
)

function escaped(text: string): string {
  return text.replaceAll(MEANT, (opening) => `\${{ '${opening}' }}`)
}

function inTexts(value: unknown, put: (text: string) => string): unknown {
  if (typeof value === 'string') return put(value)
  if (Array.isArray(value)) return value.map((item) => inTexts(item, put))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inTexts(inner, put)]))
}
