/** RFC 3339 in UTC, with milliseconds. */
export function formatTime(at_ms: number): string {
  return new Date(at_ms).toISOString()
}

export function formatTimeOrNull(at_ms: number | null): string | null {
  return at_ms === null ? null : formatTime(at_ms)
}
