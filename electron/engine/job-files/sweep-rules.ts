import type { Strategy } from '../../../shared/job-file-sweep.ts'
import type { HaltRule, SweepRules } from '../../../shared/job-spec.ts'

const FAIL_FAST: HaltRule = { when: 'now', on: 'fail', limit: 1, percent: false }
const HALT = /^(soon|now),(fail|success|done)=(\d+)(%?)$/

/** What a sweep asks of the engine; null: nothing, its jobs are like all others. */
export function sweepRules(strategy: Strategy | undefined, key: number, name: string): SweepRules | null {
  const max_parallel = strategy?.['max-parallel'] ?? null
  const halt = strategy === undefined ? null : haltRule(strategy)
  return max_parallel === null && halt === null ? null : { key, name, max_parallel, halt }
}

/** As in GitHub Actions, a matrix fails fast unless it says otherwise; a `halt` says otherwise. */
function haltRule({ matrix, halt, 'fail-fast': fail_fast }: Strategy): HaltRule | null {
  if (halt !== undefined) return parseHalt(halt)
  return (fail_fast ?? matrix !== undefined) ? FAIL_FAST : null
}

/** @param text matches the pattern of the schema */
function parseHalt(text: string): HaltRule | null {
  const [, when, on, limit, percent] = HALT.exec(text) ?? []
  if (when === undefined || on === undefined) return null
  return {
    when: when === 'now' ? 'now' : 'soon',
    on: on === 'fail' || on === 'success' ? on : 'done',
    limit: Number(limit),
    percent: percent === '%',
  }
}
