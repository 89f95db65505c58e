const DAY_MS = 86_400_000

export interface RetentionOption {
  readonly ms: number | null
  readonly label: string
}

const OPTIONS: readonly RetentionOption[] = [
  { ms: null, label: 'for ever' },
  { ms: DAY_MS, label: 'for 1 day' },
  { ms: 7 * DAY_MS, label: 'for 7 days' },
  { ms: 30 * DAY_MS, label: 'for 30 days' },
  { ms: 90 * DAY_MS, label: 'for 90 days' },
  { ms: 365 * DAY_MS, label: 'for 1 year' },
]

/** What can be chosen, and what is set now where that is something else. */
export function retentionOptions(now_ms: number | null): readonly RetentionOption[] {
  if (OPTIONS.some(({ ms }) => ms === now_ms)) return OPTIONS
  const days = Math.round((now_ms ?? 0) / DAY_MS)
  return [...OPTIONS, { ms: now_ms, label: days === 1 ? 'for about 1 day' : `for about ${days} days` }]
}
