import { JobyardError, missingCase } from '../../../shared/errors.ts'
import { jobSpecSchema } from '../../../shared/job-spec.ts'
import type { JobSpec, Task } from '../../../shared/job-spec.ts'

/**
 * How the spec of a job is stored: lines of JSON, of which the first is the same for all jobs that were made alike, so
 * that it is parsed once for a thousand of them.
 *
 *   1  the spec, but for the next two
 *   2  what tells the job from the others: its name and the line it came from
 *   3  the input of a module, which only the job itself reads (missing: none)
 *
 * A text of one line is a whole spec.
 */
export function writeSpecText(spec: JobSpec): string {
  const { name, source, task } = spec
  const own = `{"name":${JSON.stringify(name)}${source?.line === undefined ? '' : `,"line":${source.line}`}}`
  const file = source === undefined ? '' : `"source":{"file":${files.of(source.file)}},`
  const input = task.kind === 'module' && task.with !== undefined ? `\n${JSON.stringify(task.with)}` : ''
  return `{${othersText(spec)}${file}"task":${taskText(task)}}\n${own}${input}`
}

/** The JSON of a text that most jobs of a file have in common with the job before them. */
class RecurringText {
  #text = ''
  #json = '""'

  of(text: string): string {
    if (text !== this.#text) {
      this.#json = JSON.stringify(text)
      this.#text = text
    }
    return this.#json
  }
}

const files = new RecurringText()
const folders = new RecurringText()

/**
 * Whether it says nothing but its name, its task, its folder and where it came from, as most of a hundred thousand jobs: to
 * look for each of the other keys would take longer than to write it.
 */
export function isBare(spec: JobSpec): boolean {
  return Object.keys(spec).length === (spec.source === undefined ? 3 : 4)
}

/** All but name, source and task, with a comma behind it. */
function othersText(spec: JobSpec): string {
  if (isBare(spec)) return `"cwd":${folders.of(spec.cwd)},`
  const { name: _name, source: _source, task: _task, ...others } = spec
  return `${JSON.stringify(others).slice(1, -1)},`
}

function taskText(task: Task): string {
  switch (task.kind) {
    case 'command': {
      const argv = task.argv === null ? 'null' : JSON.stringify(task.argv)
      const shell_command = task.shell_command === null ? 'null' : JSON.stringify(task.shell_command)
      return `{"kind":"command","argv":${argv},"shell_command":${shell_command}}`
    }
    case 'script':
      return JSON.stringify(task)
    case 'module': {
      const { with: _input, ...module } = task
      return JSON.stringify(module)
    }
    default:
      return missingCase(task)
  }
}

/** What a spec says but for the name, the line and the input of its job. */
export type CommonSpec = Omit<JobSpec, 'name'>

const commonSpecSchema = jobSpecSchema.omit({ name: true })

/** The parts of a stored spec: what it has in common with others is `text.slice(0, common_end)`. */
export function splitSpecText(text: string): {
  readonly common_end: number
  readonly input_json: string | null
} {
  const common_end = text.indexOf('\n')
  if (common_end < 0) return { common_end: text.length, input_json: null }
  const own_end = text.indexOf('\n', common_end + 1)
  return { common_end, input_json: own_end < 0 ? null : text.slice(own_end + 1) }
}

/** @throws JobyardError DATA_CORRUPT where it is no spec */
export function parseCommonSpec(common_json: string): CommonSpec {
  // A whole spec has a name, which the others lack.
  return parsed(() => {
    const { name: _name, ...common } = objectOf(common_json)
    return commonSpecSchema.parse(common)
  })
}

/** @throws JobyardError DATA_CORRUPT where it is no spec */
export function parseSpecText(text: string): JobSpec {
  return parsed(() => {
    const [common_json = '', own_json, input_json] = text.split('\n')
    const spec = objectOf(common_json)
    if (own_json === undefined) return jobSpecSchema.parse(spec)
    const { line, ...own } = objectOf(own_json)
    const source = line === undefined ? {} : { source: { ...asObject(spec['source']), line } }
    const task =
      input_json === undefined
        ? spec['task']
        : { ...asObject(spec['task']), with: JSON.parse(input_json) as unknown }
    return jobSpecSchema.parse({ ...spec, ...own, ...source, task })
  })
}

function objectOf(json: string): Record<string, unknown> {
  return asObject(JSON.parse(json))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new JobyardError(
      'DATA_CORRUPT',
      `The stored spec of the job cannot be read (${why}). Queue the job again.`,
      {
        cause: error,
      },
    )
  }
}
