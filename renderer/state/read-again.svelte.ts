import type { AppState } from './app-state.svelte.ts'

/**
 * Reads what the owner does not push, now and again and again, while what is being made is shown and there is an owner. To be
 * called while a component is made.
 */
export function readAgain(app: AppState, read: () => Promise<void>, every_ms: number): void {
  $effect(() => {
    if (app.yard.epoch === 0) return
    void read()
    const timer = setInterval(() => void read(), every_ms)
    return () => {
      clearInterval(timer)
    }
  })
}
