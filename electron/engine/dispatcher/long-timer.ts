/** The longest wait a timer of Node takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

/** A timeout that may be longer than Node's 24.8 days. @returns the function that clears it */
export function setLongTimeout(callback: () => void, delay_ms: number): () => void {
  let left_ms = Math.max(0, delay_ms)
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const step_ms = Math.min(left_ms, MAX_TIMER_MS)
    left_ms -= step_ms
    timer = setTimeout(left_ms > 0 ? arm : callback, step_ms)
  }
  arm()
  return () => {
    clearTimeout(timer)
  }
}
