import type { Need } from './job-spec.ts'

/** Needs that are named. */
const MAX_NAMED = 2
const MAX_NAME_CHARS = 40

/**
 * What a job of a preview needs, in a few words: `fetch, job 17 in any case, 3 more`; '' where it needs nothing.
 * @param nameAt the name of a job of the preview; undefined: it is not shown
 */
export function needText(needs: readonly Need[], nameAt: (index: number) => string | undefined): string {
  const named = needs.slice(0, MAX_NAMED).map(({ on, condition }) => {
    const name = 'job_id' in on ? `job ${on.job_id}` : (nameAt(on.index) ?? `number ${on.index + 1}`)
    const short = name.length <= MAX_NAME_CHARS ? name : `${name.slice(0, MAX_NAME_CHARS - 1)}…`
    return `${short}${CONDITION_WORDS[condition]}`
  })
  const more = needs.length - named.length
  return [...named, ...(more === 0 ? [] : [`${more} more`])].join(', ')
}

const CONDITION_WORDS = { success: '', failure: ' if it fails', always: ' in any case' } as const
