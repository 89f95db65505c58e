/** What the owner does when nothing is left that can run. */
export const WHEN_DONE = ['nothing', 'quit', 'sleep', 'shut-down'] as const
export type WhenDone = (typeof WHEN_DONE)[number]

export interface WhenDoneStatus {
  readonly choice: WhenDone
  /** When it is done, epoch milliseconds of the owner's clock; null: nobody is asked yet, as jobs may still run. */
  readonly acts_ms: number | null
  /** Why it could not be done the last time, for a person; null: it could, or was not tried. */
  readonly error: string | null
}

/** So long a person has to take it back. */
export const WHEN_DONE_COUNTDOWN_MS = 60_000
