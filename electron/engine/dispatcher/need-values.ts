import { dirname, resolve } from 'node:path'
import { JobyardError } from '../../../shared/errors.ts'
import { taskText } from '../../../shared/task-text.ts'
import type { RunOrder } from '../../../shared/worker-protocol.ts'
import { LateTexts } from '../job-files/late-texts.ts'
import type { NeedPiece } from '../job-files/template.ts'
import type { CommonSpec } from '../store/spec-text.ts'
import type { NeededValue } from '../store/store-records.ts'

/** Of what an attempt ran, as it is kept for people. */
const MAX_RAN_CHARS = 20_000
/** Of a result, as it is told in a fault. */
const MAX_SHOWN_CHARS = 200

export interface FilledOrder {
  readonly order: RunOrder
  /** What runs, for people: the task, and what else was filled in. */
  readonly ran: string
}

/**
 * Puts what needed jobs came to into an order.
 * @param values of the job's own needs
 * @throws JobyardError BAD_INPUT where a value is not there: the job must not run without it
 */
export function fillNeeds(order: RunOrder, spec: CommonSpec, values: readonly NeededValue[]): FilledOrder {
  const needed = new Map(values.flatMap((value) => value.label.split('\n').map((label) => [label, value])))
  const texts = new LateTexts(new Set(needed.keys()), (piece) => valueOf(piece, needed))
  const env = Object.fromEntries(Object.entries(order.env).map(([name, value]) => [name, texts.text(value)]))
  const cwd = texts.text(order.cwd)
  const input_json =
    order.input_json === undefined ? undefined : JSON.stringify(texts.json(JSON.parse(order.input_json)))
  const filled: RunOrder = {
    ...order,
    task: filledTask(order.task, texts),
    // Where it was not known before, it counts from the folder of the job file now.
    cwd: cwd === order.cwd ? cwd : resolve(dirname(spec.source?.file ?? ''), cwd),
    env,
    ...(input_json === undefined ? {} : { input_json }),
  }
  return { order: filled, ran: ranText(order, filled) }
}

function filledTask(task: RunOrder['task'], texts: LateTexts): RunOrder['task'] {
  switch (task.kind) {
    case 'command': {
      const { argv, shell_command } = task
      return {
        ...task,
        argv: argv === null ? null : argv.map((argument) => texts.text(argument)),
        shell_command: shell_command === null ? null : texts.text(shell_command, true),
      }
    }
    case 'script':
      return { ...task, args: task.args.map((argument) => texts.text(argument)) }
    case 'module':
      return task
  }
}

function ranText(before: RunOrder, { task, cwd, env, input_json }: RunOrder): string {
  const lines = [
    task.kind === 'module' && input_json !== undefined ? `${task.module} ${input_json}` : taskText(task),
  ]
  if (cwd !== before.cwd) lines.push(`cwd: ${cwd}`)
  for (const [name, value] of Object.entries(env))
    if (value !== before.env[name]) lines.push(`${name}=${value}`)
  const text = lines.join('\n')
  return text.length <= MAX_RAN_CHARS ? text : `${text.slice(0, MAX_RAN_CHARS)}…`
}

function valueOf({ label, part, path, hole }: NeedPiece, needed: ReadonlyMap<string, NeededValue>): unknown {
  const value = needed.get(label)
  if (value === undefined) throw missing(hole, 'the job does not need such a job any more')
  const { needs_job_id: id, state, exit_code, result } = value
  if (state === null) throw missing(hole, `job ${id} was cleared away, and what it came to with it`)
  switch (part) {
    case 'state':
      return state
    case 'exit_code':
      if (exit_code === null) throw missing(hole, `job ${id} (${state}) has no exit code`)
      return exit_code
    case 'result':
      if (result === null) throw missing(hole, `job ${id} (${state}) has no result`)
      return inside(JSON.parse(result), path, hole, id)
  }
}

function inside(result: unknown, path: readonly string[], hole: string, id: number): unknown {
  let value = result
  for (const [depth, key] of path.entries()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
      const where =
        depth === 0
          ? `the result of job ${id}`
          : `"${path.slice(0, depth).join('.')}" in the result of job ${id}`
      const shown = JSON.stringify(value)
      const found = shown.length <= MAX_SHOWN_CHARS ? shown : `${shown.slice(0, MAX_SHOWN_CHARS)}…`
      throw missing(hole, `${where} has no "${key}": it is ${found}`)
    }
    value = Reflect.get(value, key)
  }
  return value
}

function missing(hole: string, why: string): JobyardError {
  return new JobyardError('BAD_INPUT', `${hole} has no value: ${why}. Nothing was run.`)
}
