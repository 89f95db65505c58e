import type { RunOrder, WorkerInit } from '../../shared/worker-protocol.ts'
import { ATTEMPT_VARIABLE, attemptMark } from '../process/process-tree.ts'

/** How this process was started is no business of a job: a Node that inherits these would take our channel for its own. */
const PRIVATE_VARIABLES = [
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'ELECTRON_RUN_AS_NODE',
]

let base: NodeJS.ProcessEnv | null = null

/** The environment of the owner as it was when this worker began: a module job may have changed `process.env` since. */
function baseEnvironment(): NodeJS.ProcessEnv {
  if (base !== null) return base
  const copy = { ...process.env }
  for (const name of PRIVATE_VARIABLES) Reflect.deleteProperty(copy, name)
  base = copy
  return copy
}

/** Keeps the environment as it is now. To be called before any module job runs. */
export function keepBaseEnvironment(): void {
  baseEnvironment()
}

const ATTEMPT_VARIABLES: ReadonlySet<string> = new Set([
  ATTEMPT_VARIABLE,
  'JOBYARD_JOB_ID',
  'JOBYARD_ATTEMPT_NUMBER',
  'JOBYARD_JOB_NAME',
])

/** True for the name of a variable that `attemptVariables` gives. */
export function isAttemptVariable(name: string): boolean {
  return ATTEMPT_VARIABLES.has(name)
}

/** What Jobyard tells every job about itself. */
export function attemptVariables(order: RunOrder, init: WorkerInit): Record<string, string> {
  return {
    [ATTEMPT_VARIABLE]: attemptMark(init.data_id, order.attempt_id),
    JOBYARD_JOB_ID: String(order.job_id),
    JOBYARD_ATTEMPT_NUMBER: String(order.number),
    // A variable cannot hold NUL.
    JOBYARD_JOB_NAME: order.name.replaceAll('\0', ''),
  }
}

/** The whole environment of a job's process. */
export function jobEnvironment(order: RunOrder, init: WorkerInit): NodeJS.ProcessEnv {
  return { ...baseEnvironment(), ...order.env, ...attemptVariables(order, init) }
}
