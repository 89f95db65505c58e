import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../../shared/duration.ts'
import type { JobState } from '../../shared/job.ts'
import { JOB_STATES, MAX_CONCURRENCY } from '../../shared/job.ts'

/** Ids of one call; a range is written out in memory. */
const MAX_IDS = 100_000
/** As in job files. */
const MAX_PRIORITY = 2 ** 31 - 1

/** A whole number from `least` to `most`, for commander. */
function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}`)
}

export function parseConcurrency(text: string): number {
  return wholeNumber(text, 1, MAX_CONCURRENCY)
}

export function parsePort(text: string): number {
  return wholeNumber(text, 0, 65_535)
}

export function parsePriority(text: string): number {
  const value = Number(text)
  if (/^-?\d+$/.test(text) && Math.abs(value) <= MAX_PRIORITY) return value
  throw new InvalidArgumentError(`It must be a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}`)
}

export function parseLimit(text: string): number {
  return wholeNumber(text, 1, 1_000_000)
}

export function parseAttempt(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER)
}

export function parseId(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER)
}

/** `30d`, `12h`, `90` (seconds): milliseconds. */
export function parseAge(text: string): number {
  const ms = parseDuration(text)
  if (ms !== null) return ms
  throw new InvalidArgumentError('It must be a duration, like 30d, 12h or 1h30m')
}

/** One argument of ids, `12` or `20-25`, added to those before it, each id once and in the order given. */
export function collectIds(text: string, previous: readonly number[] = []): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  const first = parsedId(match?.[1])
  const last = parsedId(match?.[2] ?? match?.[1])
  if (first === null || last === null || last < first) {
    throw new InvalidArgumentError('Ids are written like 12, or 20-25 for all from 20 to 25')
  }
  const ids = new Set(previous)
  if (last - first + ids.size >= MAX_IDS)
    throw new InvalidArgumentError(`At most ${MAX_IDS} ids can be given at once`)
  for (let id = first; id <= last; id += 1) ids.add(id)
  return [...ids]
}

function parsedId(text: string | undefined): number | null {
  const id = Number(text)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

/** One `--state`, or several with commas, added to those before it. */
export function collectStates(text: string, previous: readonly JobState[] = []): JobState[] {
  const states = new Set(previous)
  for (const word of text.split(',')) {
    const state = JOB_STATES.find((candidate) => candidate === word.trim())
    if (state === undefined) throw new InvalidArgumentError(`The states are ${JOB_STATES.join(', ')}`)
    states.add(state)
  }
  return [...states]
}
