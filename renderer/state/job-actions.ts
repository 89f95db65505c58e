/** Verbs on jobs, with what a person sees of them: what was done, and Undo where there is one. */
import type { InputOf, JobVerb } from '../../shared/ipc.ts'
import type { Selection } from '../../shared/selection.ts'
import type { ActionOutcome } from '../../shared/status.ts'
import { plural } from '../format.ts'
import type { AppState } from './app-state.svelte.ts'
import { VERBS } from './job-verbs.ts'

export async function actOnJobs(app: AppState, verb: JobVerb, selection: Selection): Promise<void> {
  const { label, done } = VERBS[verb]
  const outcome = await app.attempt(`“${label}” was not carried out`, () =>
    app.api('jobs:act', { verb, selection }),
  )
  if (outcome !== null) tellOutcome(app, outcome, done)
}

export async function moveJobs(
  app: AppState,
  selection: Selection,
  target: InputOf<'jobs:move'>['target'],
): Promise<void> {
  const outcome = await app.attempt('The jobs were not moved', () =>
    app.api('jobs:move', { selection, target }),
  )
  if (outcome !== null) tellOutcome(app, outcome, 'moved')
}

/** Several moves that are one for a person; undone together. */
export async function moveSome(
  app: AppState,
  moves: readonly { readonly ids: number[]; readonly target: InputOf<'jobs:move'>['target'] }[],
): Promise<void> {
  if (moves.length === 0) return
  const outcomes: ActionOutcome[] = []
  await app.attempt('The jobs were not moved', async () => {
    for (const { ids, target } of moves) {
      outcomes.push(await app.api('jobs:move', { selection: { ids }, target }))
    }
  })
  if (outcomes.length === 0) return
  tellOutcome(
    app,
    {
      count: outcomes.reduce((sum, { count }) => sum + count, 0),
      action_ids: outcomes.flatMap(({ action_ids }) => action_ids),
    },
    'moved',
  )
}

export async function editJobs(app: AppState, input: InputOf<'jobs:edit'>): Promise<boolean> {
  const outcome = await app.attempt('Nothing was changed', () => app.api('jobs:edit', input))
  if (outcome === null) return false
  tellOutcome(app, outcome, 'changed')
  return true
}

/** `done` stands behind "3 jobs". */
export function tellOutcome(app: AppState, outcome: ActionOutcome, done: string): void {
  if (outcome.count === 0) {
    app.toasts.show(`No job could be ${done}`, {
      detail: 'None of them is in a state that allows it any more.',
    })
    return
  }
  const action_ids = [...outcome.action_ids]
  app.toasts.show(`${plural(outcome.count, 'job')} ${done}`, {
    action:
      action_ids.length === 0
        ? null
        : {
            label: 'Undo',
            run: () => {
              void undo(app, action_ids)
            },
          },
  })
}

async function undo(app: AppState, action_ids: number[]): Promise<void> {
  const outcome = await app.attempt('This can not be undone any more', () =>
    app.api('jobs:undo', { action_ids }),
  )
  if (outcome !== null) app.toasts.show('Undone', { tone: 'good' })
}
