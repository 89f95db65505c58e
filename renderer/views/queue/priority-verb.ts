/** Changing the priority of jobs, with what a person sees of it. */
import type { Selection } from '../../../shared/selection.ts'
import type { AppState } from '../../state/app-state.svelte.ts'
import { tellOutcome } from '../../state/job-actions.ts'

export type PriorityChange = 'raise' | 'lower' | { readonly to: number }

export async function changePriority(
  app: AppState,
  selection: Selection,
  change: PriorityChange,
): Promise<boolean> {
  const { input, done } = inWords(change)
  const outcome = await app.attempt('The priority was not changed', () =>
    app.api('jobs:edit', { selection, ...input }),
  )
  if (outcome === null) return false
  tellOutcome(app, outcome, done)
  return true
}

function inWords(change: PriorityChange): {
  readonly input: { readonly priority: number } | { readonly priority_by: number }
  readonly done: string
} {
  if (change === 'raise') return { input: { priority_by: 1 }, done: 'raised in priority' }
  if (change === 'lower') return { input: { priority_by: -1 }, done: 'lowered in priority' }
  return { input: { priority: change.to }, done: `given priority ${change.to}` }
}
