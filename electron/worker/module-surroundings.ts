import { JobyardError } from '../../shared/errors.ts'
import type { RunOrder, WorkerInit } from '../../shared/worker-protocol.ts'
import { attemptVariables, isAttemptVariable } from './job-environment.ts'

/** The directory asked for last, and what the system calls it (links resolved). */
let entered = { asked: '', real: '' }

/** The job that runs, or ran last: whose variables `process.env` shows. */
let current: { readonly order: RunOrder; readonly init: WorkerInit } | null = null
let installed = false

/**
 * Gives this process the working directory and the variables of a module job: its relative paths and the processes it
 * starts then behave as those of a command. Possible because a worker runs one job at a time.
 * @returns to be called at its end: takes the job's own variables away again
 * @throws JobyardError SPAWN_FAILED where the directory cannot be entered
 */
export function enterJob(order: RunOrder, init: WorkerInit): () => void {
  enterDirectory(order.cwd)
  showAttemptVariables()
  current = { order, init }
  const names = Object.keys(order.env)
  if (names.length === 0) return leaveNothing
  const before = names.map((name) => process.env[name])
  Object.assign(process.env, order.env)
  return () => {
    names.forEach((name, index) => {
      const value = before[index]
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    })
  }
}

/** What an attempt's own variables say is worked out anew for the next; the directory likewise. */
function leaveNothing(): void {
  return
}

/**
 * Lets `process.env` show the variables of the running attempt without setting them for each: the C library never gives
 * back the memory of a value that was set, and setting takes longer than many a job.
 */
function showAttemptVariables(): void {
  if (installed) return
  installed = true
  const valueOf = (name: string | symbol): string | undefined =>
    typeof name === 'string' && current !== null && isAttemptVariable(name)
      ? attemptVariables(current.order, current.init)[name]
      : undefined
  process.env = new Proxy(process.env, {
    get: (env, name): unknown => valueOf(name) ?? Reflect.get(env, name),
    has: (env, name) => valueOf(name) !== undefined || Reflect.has(env, name),
    ownKeys: (env) => {
      const own = current === null ? {} : attemptVariables(current.order, current.init)
      return [...new Set([...Reflect.ownKeys(env), ...Object.keys(own)])]
    },
    getOwnPropertyDescriptor: (env, name) => {
      const value = valueOf(name)
      if (value === undefined) return Reflect.getOwnPropertyDescriptor(env, name)
      return { value, writable: true, enumerable: true, configurable: true }
    },
  })
}

function enterDirectory(cwd: string): void {
  try {
    if (cwd === entered.asked && process.cwd() === entered.real) return
    process.chdir(cwd)
    entered = { asked: cwd, real: process.cwd() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be entered (${code})`
    throw new JobyardError(
      'SPAWN_FAILED',
      `The working directory ${cwd} ${why}. Create it or correct \`cwd\` of the job.`,
    )
  }
}
