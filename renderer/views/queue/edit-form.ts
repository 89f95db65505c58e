/** A job's spec as fields of a form, and back. */
import { parseDuration } from '../../../shared/duration.ts'
import type { JobSpec, RetryPolicy, Task } from '../../../shared/job-spec.ts'
import { DEFAULT_RETRY_CAUSES, SPEC_DEFAULTS } from '../../../shared/job-spec.ts'

/** What the text of the form's largest field is. */
export type CommandField = 'shell' | 'argv' | 'args' | 'with'

export interface EditForm {
  name: string
  command: string
  cwd: string
  /** `NAME=value`, one a line. */
  env: string
  group: string
  priority: string
  retries: string
  timeout: string
}

export type EditFaults = Partial<Record<keyof EditForm, string>>

export const COMMAND_LABELS: Readonly<Record<CommandField, string>> = {
  shell: 'Command (run by the shell)',
  argv: 'Command (one argument a line, no shell)',
  args: 'Arguments of the script (one a line)',
  with: 'Input of the module (JSON)',
}

const DEFAULT_RETRY: Omit<RetryPolicy, 'limit'> = {
  ...{ backoff: 'exponential', interval_ms: 1_000, max_ms: 300_000, jitter: 0.1, exit_codes: null },
  causes: [...DEFAULT_RETRY_CAUSES],
}

export function commandField(task: Task): CommandField {
  if (task.kind === 'script') return 'args'
  if (task.kind === 'module') return 'with'
  return task.shell_command === null ? 'argv' : 'shell'
}

export function formOf(spec: JobSpec): EditForm {
  return {
    name: spec.name,
    command: commandText(spec.task),
    cwd: spec.cwd,
    env: Object.entries(spec.env ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    group: spec.group ?? SPEC_DEFAULTS.group,
    priority: String(spec.priority ?? SPEC_DEFAULTS.priority),
    retries: String(spec.retry?.limit ?? 0),
    timeout: spec.timeout_ms === undefined ? '' : durationText(spec.timeout_ms),
  }
}

/** The spec with what the form says; what the form does not show stays. */
export function specOf(
  before: JobSpec,
  form: EditForm,
): { readonly spec: JobSpec } | { readonly faults: EditFaults } {
  const faults: EditFaults = {}
  const task = taskOf(before.task, form.command)
  const env = envOf(form.env)
  const priority = wholeNumber(form.priority)
  const retries = wholeNumber(form.retries)
  const timeout_ms = form.timeout.trim() === '' ? null : parseDuration(form.timeout)
  if (form.name.trim() === '') faults.name = 'A job needs a name.'
  if (typeof task === 'string') faults.command = task
  if (form.cwd.trim() === '') faults.cwd = 'A job needs a folder to run in.'
  if (typeof env === 'string') faults.env = env
  if (form.group.trim() === '') faults.group = 'A job needs a group.'
  if (priority === null) faults.priority = 'A whole number, like 5 or -1.'
  if (retries === null || retries < 0 || retries > 1_000) faults.retries = 'A whole number up to 1,000.'
  if (timeout_ms === null ? form.timeout.trim() !== '' : timeout_ms <= 0) {
    faults.timeout = 'A time like 90s, 15m or 1h30m; empty for none.'
  }
  if (Object.keys(faults).length > 0) return { faults }
  if (typeof task === 'string' || typeof env === 'string' || priority === null || retries === null) {
    return { faults }
  }
  const { retry: _retry, timeout_ms: _timeout, env: _env, ...rest } = before
  return {
    spec: {
      ...rest,
      ...{ name: form.name.trim(), task, cwd: form.cwd.trim(), group: form.group.trim(), priority },
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(retries === 0 ? {} : { retry: { ...(before.retry ?? DEFAULT_RETRY), limit: retries } }),
      ...(timeout_ms === null ? {} : { timeout_ms }),
    },
  }
}

function commandText(task: Task): string {
  switch (task.kind) {
    case 'command':
      return task.shell_command ?? (task.argv ?? []).join('\n')
    case 'script':
      return task.args.join('\n')
    case 'module':
      return task.with === undefined ? '' : JSON.stringify(task.with, null, 2)
  }
}

/** @returns what is wrong, or the task */
function taskOf(before: Task, text: string): Task | string {
  switch (commandField(before)) {
    case 'shell':
    case 'argv': {
      if (before.kind !== 'command') return before
      if (text.trim() === '') return 'A job needs a command.'
      return before.shell_command === null
        ? { ...before, argv: linesOf(text) }
        : { ...before, shell_command: text }
    }
    case 'args':
      return before.kind === 'script' ? { ...before, args: linesOf(text) } : before
    case 'with': {
      if (before.kind !== 'module') return before
      if (text.trim() === '') return { kind: 'module', module: before.module }
      try {
        const value: unknown = JSON.parse(text)
        return { ...before, with: value }
      } catch {
        return 'This is no JSON.'
      }
    }
  }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

function envOf(text: string): Record<string, string> | string {
  const env: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const at = line.indexOf('=')
    if (at <= 0) return `“${line}” has no name and value: write NAME=value.`
    env[line.slice(0, at).trim()] = line.slice(at + 1)
  }
  return env
}

export function wholeNumber(text: string): number | null {
  return /^\s*[+-]?\d{1,9}\s*$/.test(text) ? Number(text) : null
}

/**
 * The shortest that reads back as the same.
 * @internal for tests
 */
export function durationText(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`
  if (ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}
