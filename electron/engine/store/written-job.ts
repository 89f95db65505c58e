import type { JobKind } from '../../../shared/job.ts'
import type { JobSpec, NewJob } from '../../../shared/job-spec.ts'
import { isBare, parseSpecText, writeSpecText } from './spec-text.ts'

/** What the queue has to know of a spec beside its name. */
const QUEUE_KEYS = [
  'group',
  'priority',
  'slots',
  'hold',
  'delay_ms',
  'at_ms',
  'schedule',
  'timeout_percent',
  'unique',
  'on_finish',
] as const
export type QueueFacts = Readonly<Pick<JobSpec, (typeof QUEUE_KEYS)[number]>>

/**
 * A job on its way into the queue whose spec is written as it is stored. So it goes through threads as the one text
 * that the database takes, and nobody on the way parses it or writes it again.
 */
export interface WrittenJob extends Omit<NewJob, 'spec'> {
  readonly name: string
  readonly kind: JobKind
  readonly spec_text: string
  /** Missing: all as it is without being said. */
  readonly facts?: QueueFacts
}

export function writeJob({ spec, needs, sweep }: NewJob): WrittenJob {
  const written = { name: spec.name, kind: spec.task.kind, spec_text: writeSpecText(spec) }
  if (needs === undefined && sweep === undefined && !hasFacts(spec)) return written
  return {
    ...written,
    ...(needs === undefined ? {} : { needs }),
    ...(sweep === undefined ? {} : { sweep }),
    ...(hasFacts(spec) ? { facts: factsOf(spec) } : {}),
  }
}

function hasFacts(spec: JobSpec): boolean {
  return !isBare(spec) && QUEUE_KEYS.some((key) => spec[key] !== undefined)
}

/** The job as it was before it was written. */
export function readWrittenJob({ spec_text, needs, sweep }: WrittenJob): NewJob {
  return {
    spec: parseSpecText(spec_text),
    ...(needs === undefined ? {} : { needs }),
    ...(sweep === undefined ? {} : { sweep }),
  }
}

function factsOf(spec: JobSpec): QueueFacts {
  return Object.fromEntries(QUEUE_KEYS.flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])))
}
