import { distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import { missingCase } from '../../../shared/errors.ts'
import { KNOWN_KEYS } from '../../../shared/job-file.ts'
import { TASK_KEYS } from '../../../shared/job-file-keys.ts'
import { PROBLEM_CODES } from '../../../shared/job-file-problem.ts'
import type { OnFault, RawFault } from './source.ts'
import { describe, quoted, valueAt } from './spec-path.ts'
import type { SpecPath } from './spec-path.ts'

type Issue = z.core.$ZodIssue
type KeysOf = keyof typeof KNOWN_KEYS

export interface IssueContext {
  /** The root of the file, for what was found. */
  readonly root: unknown
  /** Where the value that was parsed is in it. */
  readonly prefix: SpecPath
  /** What its keys are called. */
  readonly keys: KeysOf
}

/** Makes faults that people understand of what zod found. */
export function tellIssues(issues: readonly Issue[], context: IssueContext, onFault: OnFault): void {
  const misspelt = hasMisspeltTask(issues)
  for (const issue of issues) {
    // Said already by "did you mean".
    if (misspelt && issue.code === 'custom' && issue.params?.['code'] === 'MISSING') continue
    tellIssue(issue, context.prefix, context, onFault)
  }
}

function hasMisspeltTask(issues: readonly Issue[]): boolean {
  return issues.some(
    (issue) =>
      issue.code === 'unrecognized_keys' &&
      issue.path.length === 0 &&
      issue.keys.slice(0, 100).some((key) => isOneOf(TASK_KEYS, guess(key, KNOWN_KEYS.job) ?? '')),
  )
}

/** The key that was probably meant: called so elsewhere, or spelt nearly like it; or null. */
export function guess(key: string, known: readonly string[]): string | null {
  const near = SYNONYMS.get(simplified(key.slice(0, MAX_GUESSED_CHARS))) ?? nearest(key, known)
  return near !== null && known.includes(near) ? near : null
}

function tellIssue(issue: Issue, base: SpecPath, context: IssueContext, onFault: OnFault): void {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) onFault(() => unknownKey([...path, key], key, keysAt(path, context)))
      return
    case 'invalid_union':
      tellUnion(issue, path, context, onFault)
      return
    case 'invalid_key':
      onFault(() => badKey(path, issue.issues[0]?.message ?? issue.message))
      return
    case 'custom':
      onFault(() => customFault(issue, path, context))
      return
    case 'invalid_value':
      onFault(() => valueFault(issue.message, path, context, issue.values.map(String)))
      return
    case 'invalid_type':
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
      onFault(() => valueFault(issue.message, path, context))
      return
    default:
      missingCase(issue)
  }
}

/** Of the branches of a union, the one that got beyond the type of the value says what is wrong inside it. */
function tellUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: SpecPath,
  context: IssueContext,
  onFault: OnFault,
): void {
  const deeper = issue.errors.find(
    (branch) =>
      branch.length > 0 &&
      branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
  )
  if (deeper === undefined) onFault(() => valueFault(issue.message, path, context))
  else for (const inner of deeper) tellIssue(inner, path, context, onFault)
}

function valueFault(
  expected: string,
  path: SpecPath,
  context: IssueContext,
  allowed: readonly string[] = [],
): RawFault {
  const value = valueAt(context.root, path)
  const found = describe(value)
  if (value === undefined) {
    return { code: 'MISSING', path, message: `Missing: ${expected}.`, found, expected }
  }
  if (path.at(-1) === 'version' && path.length === context.prefix.length + 1) {
    const message = `This Jobyard reads version 1 of job files, found ${found}.`
    return { code: 'VERSION', path, message, found, expected }
  }
  const near = typeof value === 'string' ? nearest(value, allowed) : null
  const hint = near === null ? '' : ` Did you mean ${quoted(near)}?`
  return { code: 'INVALID', path, message: `Expected ${expected}, found ${found}.${hint}`, found, expected }
}

function customFault(issue: z.core.$ZodIssueCustom, path: SpecPath, context: IssueContext): RawFault {
  const named: unknown = issue.params?.['code']
  const code = PROBLEM_CODES.find((candidate) => candidate === named)
  if (code === undefined) return valueFault(issue.message, path, context)
  if (code === 'MISSING') return { code, path, message: issue.message }
  return { code, path: conflictingKey(path, context), at: 'key', message: issue.message }
}

/** Of two keys that exclude each other, the second is marked. */
function conflictingKey(path: SpecPath, context: IssueContext): SpecPath {
  const value = valueAt(context.root, path)
  if (typeof value !== 'object' || value === null) return path
  const tasks = Object.keys(value).filter((key) => TASK_KEYS.some((task) => task === key))
  const last = tasks.at(-1)
  return tasks.length < 2 || last === undefined ? path : [...path, last]
}

function badKey(path: SpecPath, expected: string): RawFault {
  const found = quoted(String(path.at(-1)))
  return {
    code: 'BAD_KEY',
    path,
    at: 'key',
    message: `Expected ${expected}, found ${found}.`,
    found,
    expected,
  }
}

function unknownKey(path: SpecPath, key: string, known: readonly string[]): RawFault {
  const near = guess(key, known)
  const expected = near ?? `one of ${known.join(', ')}`
  const found = quoted(key)
  const message = `Unknown key ${found}. ${hintFor(key, near, known)}`
  return { code: 'UNKNOWN_KEY', path, at: 'key', message, found, expected }
}

const NOT_IN_A_RECIPE =
  'A recipe makes one job of each file that is dropped on it: accepts says of which, and needs and schedule belong into job files.'

function hintFor(key: string, near: string | null, known: readonly string[]): string {
  if (near !== null) return `Did you mean ${quoted(near)}?`
  if (known === KNOWN_KEYS.batch && isOneOf(KNOWN_KEYS.defaults, key))
    return 'Put it under "defaults", or into a job.'
  if (known === KNOWN_KEYS.recipe && isOneOf(KNOWN_KEYS.job, key)) return NOT_IN_A_RECIPE
  if (known === KNOWN_KEYS.recipe && isOneOf(KNOWN_KEYS.batch, key))
    return 'A recipe is one job: write its keys at the top.'
  if (known !== KNOWN_KEYS.job && isOneOf(KNOWN_KEYS.job, key)) return 'It belongs into a job.'
  return `Known here: ${known.join(', ')}.`
}

function isOneOf(keys: readonly string[], key: string): boolean {
  return keys.includes(key)
}

/** Keys that hold a map with keys of its own. */
const NESTED = [
  'retry',
  'on_finish',
  'stop',
  'log',
  'limits',
  'unique',
  'schedule',
  'defaults',
  'strategy',
  'inputs',
] as const

function keysAt(path: SpecPath, { prefix, keys }: IssueContext): readonly string[] {
  const inner = path.slice(prefix.length)
  const last = inner.at(-1)
  const nested = NESTED.find((key) => key === last)
  if (nested !== undefined) return KNOWN_KEYS[nested]
  if (inner.at(-2) === 'needs') return KNOWN_KEYS.need
  return KNOWN_KEYS[keys]
}

/** What other systems call our keys, simplified. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['cmd', 'command'],
  ['run', 'command'],
  ['exec', 'command'],
  ['shell', 'command'],
  ['arguments', 'args'],
  ['input', 'with'],
  ['dir', 'cwd'],
  ['directory', 'cwd'],
  ['workdir', 'cwd'],
  ['workingdir', 'cwd'],
  ['workingdirectory', 'cwd'],
  ['environment', 'env'],
  ['queue', 'group'],
  ['depends', 'needs'],
  ['dependson', 'needs'],
  ['dependencies', 'needs'],
  ['retries', 'retry'],
  ['attempts', 'retry'],
  ['retrypolicy', 'retry'],
  ['killsignal', 'stop'],
  ['steps', 'jobs'],
  ['tasks', 'jobs'],
])

const MAX_GUESSED_CHARS = 40

/** The candidate that was probably meant, or null. */
export function nearest(text: string, candidates: Iterable<string>): string | null {
  if (text.length > MAX_GUESSED_CHARS) return null
  const plain = simplified(text)
  let best: string | null = null
  let best_distance = Math.min(3, Math.ceil(plain.length / 2))
  for (const candidate of candidates) {
    if (candidate.length > MAX_GUESSED_CHARS) continue
    const found = distance(plain, simplified(candidate))
    if (found < best_distance) {
      best = candidate
      best_distance = found
    }
  }
  return best
}

/** `on-interrupt` and `onInterrupt` are `on_interrupt`. */
function simplified(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, '')
}
