import type { MenuEntry } from '../../components/menu-entry.ts'
import type { AppState } from '../../state/app-state.svelte.ts'

/** What can be done with the jobs that are selected in the queue, for those who are not in it: the command palette. */
export class SelectedActions {
  /** Empty: nothing is selected, or another view is shown. */
  entries = $state.raw<readonly MenuEntry[]>([])
}

const of_apps = new WeakMap<AppState, SelectedActions>()

export function selectedActionsOf(app: AppState): SelectedActions {
  const actions = of_apps.get(app) ?? new SelectedActions()
  of_apps.set(app, actions)
  return actions
}
