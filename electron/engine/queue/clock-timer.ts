/** A timer of the system counts the time that passes while the machine is awake; the clock is looked at so often. */
const LOOK_MS = 30_000

/**
 * Calls when the clock says so: also after a sleep of the machine, and where the clock was set meanwhile, at most half a
 * minute late.
 * @returns the function that clears it
 */
export function atClockTime(at_ms: number, now: () => number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const left_ms = at_ms - now()
    timer = setTimeout(left_ms > LOOK_MS ? arm : look, Math.max(0, Math.min(LOOK_MS, left_ms)))
  }
  const look = (): void => {
    // It was set back since.
    if (now() < at_ms) arm()
    else callback()
  }
  arm()
  return () => {
    clearTimeout(timer)
  }
}
