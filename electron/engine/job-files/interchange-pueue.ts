import { z } from 'zod'
import type { JobSpec, Need } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { oneLine } from './normalise.ts'
import { parseEntry } from './parse-entry.ts'
import { FaultCounter } from './problem-list.ts'
import { placeFaults } from './raw-problems.ts'
import type { OnFault, ParsedFile, RawFault } from './source.ts'
import { LineIndex } from './text.ts'

/** A state without more to say about it is a text; else it is a map with the state as its only key. */
const statusSchema = z.union([z.string(), z.record(z.string(), z.unknown())], {
  error: 'the state of a task of pueue',
})

/** Of `pueue status --json`, what says what is still to be run. Version 4 puts times into the states, 3 did not. */
const taskSchema = z.looseObject(
  {
    command: z.string({ error: 'a command' }).min(1, { error: 'a command' }),
    path: z.string({ error: 'a path' }).min(1, { error: 'a path' }),
    group: z
      .string({ error: 'the name of a group' })
      .min(1, { error: 'the name of a group' })
      .default('default'),
    priority: z.int32({ error: 'a whole number' }).default(0),
    label: z.string({ error: 'text' }).nullable().default(null),
    dependencies: z.array(z.int(), { error: 'a list of numbers of tasks' }).default([]),
    status: statusSchema,
  },
  { error: 'a task of pueue' },
)

type PueueTask = z.output<typeof taskSchema>

/** What a task is to us. */
type Standing =
  | { readonly kind: 'succeeded' }
  /** pueue has it in its hands. */
  | { readonly kind: 'running' }
  | { readonly kind: 'open'; readonly hold: boolean; readonly at_ms: number | null }

/** True for what `pueue status --json` prints. */
export function isPueueStatus(
  value: unknown,
): value is { readonly tasks: Readonly<Record<string, unknown>> } {
  if (typeof value !== 'object' || value === null || !('tasks' in value) || !('groups' in value)) return false
  const { tasks, groups } = value
  return [tasks, groups].every((part) => typeof part === 'object' && part !== null && !Array.isArray(part))
}

/** Makes jobs of the tasks of pueue that have not succeeded, and that it does not run now. */
export async function readPueueStatus(
  path: string,
  text: string,
  parsed: ParsedFile,
  context: DocumentContext,
): Promise<void> {
  const faults = new FaultCounter<RawFault>()
  const reader = new PueueReader(path, text, parsed, context, (make) => {
    faults.add(make)
  })
  await reader.read()
  context.problems.add(placeFaults(path, text, faults.kept, parsed), faults.more)
}

class PueueReader {
  readonly #path: string
  readonly #parsed: ParsedFile
  readonly #context: DocumentContext
  readonly #onFault: OnFault
  readonly #lines: LineIndex
  #isFaulty = false
  readonly #tasks = new Map<number, { readonly task: PueueTask; readonly standing: Standing } | null>()
  /** Of the jobs that were handed on; null: left out. */
  readonly #indices = new Map<number, number | null>()

  constructor(path: string, text: string, parsed: ParsedFile, context: DocumentContext, onFault: OnFault) {
    this.#path = path
    this.#parsed = parsed
    this.#context = context
    this.#onFault = (make) => {
      this.#isFaulty = true
      onFault(make)
    }
    this.#lines = new LineIndex(text)
  }

  async read(): Promise<void> {
    const { value } = this.#parsed
    if (!isPueueStatus(value)) return
    const before = this.#context.batches.count
    const ids = Object.keys(value.tasks)
    for (const id of ids) {
      const task = parseEntry(taskSchema, { root: value, prefix: ['tasks', id], keys: 'job' }, this.#onFault)
      this.#tasks.set(Number(id), task === null ? null : { task, standing: standingOf(task.status) })
    }
    const lines = this.#linesOf(ids)
    for (const id of this.#tasks.keys()) {
      for (const next of this.#inOrder(id)) this.#add(next, lines.get(next) ?? 1)
      if (this.#context.batches.isFull) await this.#context.batches.flush()
    }
    if (this.#context.batches.count > before || this.#isFaulty) return
    const message = 'No task in this is left to run: each has succeeded, or pueue runs it now.'
    this.#onFault(() => ({ code: 'EMPTY', path: [], offset: 0, message }))
  }

  #linesOf(ids: readonly string[]): Map<number, number> {
    const offsets = this.#parsed.locate(ids.map((id) => ({ path: ['tasks', id], at: 'key' as const })))
    return new Map(ids.map((id, at) => [Number(id), this.#lines.position(offsets[at] ?? 0).line]))
  }

  /** A task and, before it, those it depends on that were not handed on yet. */
  #inOrder(id: number): number[] {
    const order: number[] = []
    const open = new Set<number>()
    const visit = [{ id, done: false }]
    for (let at = visit.pop(); at !== undefined; at = visit.pop()) {
      if (at.done) {
        open.delete(at.id)
        order.push(at.id)
        this.#indices.set(at.id, null)
        continue
      }
      const found = this.#tasks.get(at.id)
      if (found?.standing.kind !== 'open' || this.#indices.has(at.id)) continue
      if (open.has(at.id)) {
        this.#cycle(at.id)
        continue
      }
      open.add(at.id)
      visit.push({ id: at.id, done: true })
      for (const on of found.task.dependencies) visit.push({ id: on, done: false })
    }
    return order
  }

  #cycle(id: number): void {
    const message = `Task ${id} waits for itself, by what it depends on.`
    this.#onFault(() => ({ code: 'NEED_CYCLE', path: ['tasks', String(id), 'dependencies'], message }))
  }

  #add(id: number, line: number): void {
    const found = this.#tasks.get(id)
    if (found?.standing.kind !== 'open') return
    const { task, standing } = found
    const needs: Need[] = []
    for (const [at, on] of task.dependencies.entries()) {
      const other = this.#tasks.get(on)
      // What pueue has forgotten had ended well.
      if (other === undefined || other?.standing.kind === 'succeeded') continue
      const index = this.#indices.get(on) ?? null
      if (index !== null) {
        needs.push({ on: { index }, condition: 'success' })
        continue
      }
      const why = other?.standing.kind === 'running' ? 'pueue still runs' : 'has a fault'
      const message = `This waits for task ${on}, which ${why}, so it is left out too.`
      this.#onFault(() => ({
        code: 'NEED_LEFT_OUT',
        path: ['tasks', String(id), 'dependencies', at],
        message,
      }))
      return
    }
    const { batches } = this.#context
    this.#indices.set(id, batches.count)
    const spec = specOf(task, standing, this.#path, line)
    batches.add(needs.length === 0 ? { spec } : { spec, needs })
  }
}

function specOf(
  { command, path, group, priority, label }: PueueTask,
  { hold, at_ms }: Extract<Standing, { readonly kind: 'open' }>,
  file: string,
  line: number,
): JobSpec {
  return {
    name: oneLine(label ?? command),
    task: { kind: 'command', argv: null, shell_command: command },
    cwd: path,
    ...(group === 'default' ? {} : { group }),
    ...(priority === 0 ? {} : { priority }),
    ...(hold ? { hold } : {}),
    ...(at_ms === null ? {} : { at_ms }),
    source: { file, line },
  }
}

function standingOf(status: PueueTask['status']): Standing {
  const name = typeof status === 'string' ? status : (Object.keys(status)[0] ?? '')
  const inner: unknown = typeof status === 'string' ? null : Reflect.get(status, name)
  const open = { kind: 'open', hold: false, at_ms: null } as const
  switch (name) {
    case 'Running':
    case 'Paused':
      return { kind: 'running' }
    case 'Done': {
      const result = fieldOf(inner, 'result') ?? inner
      return result === 'Success' ? { kind: 'succeeded' } : open
    }
    case 'Stashed': {
      const at = fieldOf(inner, 'enqueue_at')
      const at_ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
      return Number.isNaN(at_ms) ? { ...open, hold: true } : { ...open, at_ms }
    }
    case 'Locked': {
      const previous = statusSchema.safeParse(fieldOf(inner, 'previous_status'))
      return previous.success ? standingOf(previous.data) : open
    }
    default:
      return open
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined
}
