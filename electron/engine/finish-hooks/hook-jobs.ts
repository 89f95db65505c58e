import { dirname, isAbsolute } from 'node:path'
import type { JobSpec, NewJob } from '../../../shared/job-spec.ts'
import { HOOKS_GROUP } from '../../../shared/job-spec.ts'
import { parseSpecText } from '../store/spec-text.ts'
import type { DueHook } from '../store/store-records.ts'
import { fillHook, hookEnv, jobFields } from './hook-fields.ts'
import type { HookFields } from './hook-fields.ts'

/** Ahead of the jobs that wait: what follows an end is to follow it soon. */
const PRIORITY = 1_000
/** What a person wrote once for all jobs is not to hold a place for ever. */
const GENERAL_TIMEOUT_MS = 5 * 60_000

/**
 * The command of the job itself: in its folder and its environment.
 * @returns null where it has none
 * @throws JobyardError DATA_CORRUPT
 */
export function ownHook({ job, group, spec_json }: DueHook): NewJob | null {
  const spec = parseSpecText(spec_json)
  const { on_finish, on_interrupt, source } = spec
  if (on_finish === undefined) return null
  const fields = jobFields(job, group)
  return {
    spec: {
      ...{ name: nameOf(job), cwd: folderOf(spec), group: HOOKS_GROUP, priority: PRIORITY },
      task: { kind: 'command', argv: null, shell_command: fillHook(on_finish.command, fields) },
      env: { ...settledEnv(spec), ...hookEnv('ENDED', fields) },
      ...(on_interrupt === undefined ? {} : { on_interrupt }),
      ...(source === undefined ? {} : { source }),
    },
  }
}

/** The command of the settings for each job. */
export function generalHook({ job, group }: DueHook, command: string, home: string): NewJob {
  const fields = jobFields(job, group)
  return ofSettings(nameOf(job), command, fields, hookEnv('ENDED', fields), home)
}

/** The command of the settings for the end of the queue. */
export function queueHook(command: string, fields: HookFields, home: string): NewJob {
  return ofSettings('when the queue is done', command, fields, hookEnv('QUEUE', fields), home)
}

function ofSettings(
  name: string,
  command: string,
  fields: HookFields,
  env: Readonly<Record<string, string>>,
  cwd: string,
): NewJob {
  return {
    spec: {
      ...{ name, cwd, env, group: HOOKS_GROUP, priority: PRIORITY, timeout_ms: GENERAL_TIMEOUT_MS },
      task: { kind: 'command', argv: null, shell_command: fillHook(command, fields) },
      // It is of one moment: a day later nobody wants to be asked about it.
      on_interrupt: 'fail',
    },
  }
}

function nameOf({ id, name }: DueHook['job']): string {
  return `after ${id} ${name}`
}

/** A folder that was known only when the job started is not known here: then the one of its file. */
function folderOf({ cwd, source }: JobSpec): string {
  return isAbsolute(cwd) && !isLate(cwd) ? cwd : dirname(source?.file ?? cwd)
}

/** What was known only when the job started is left out. */
function settledEnv({ env = {}, slot_mark }: JobSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([, value]) => !isLate(value) && (slot_mark === undefined || !value.includes(slot_mark)),
    ),
  )
}

function isLate(text: string): boolean {
  return text.includes('${{')
}
