import type { JobFileProblem } from '../../shared/job-file-problem.ts'
import type { InputOf } from '../../shared/ipc.ts'
import type { AppState } from './app-state.svelte.ts'

type Save = Omit<InputOf<'recipes:save'>, 'replace'>

/** Saves a recipe and tells so. @returns whether it is saved */
export async function saveRecipe(app: AppState, recipe: Save): Promise<boolean> {
  const outcome = await app.attempt('The recipe was not saved', () =>
    app.api('recipes:save', { ...recipe, replace: false }),
  )
  if (outcome === null) return false
  if (outcome.saved === null) {
    app.toasts.show('The recipe was not saved', { tone: 'bad', detail: faultText(outcome.problems[0]) })
    return false
  }
  app.toasts.show(`The recipe ${outcome.saved.name} was saved`, { tone: 'good' })
  return true
}

/** Removes a recipe; for a while it can be taken back. */
export async function removeRecipe(app: AppState, name: string, onback: () => void): Promise<boolean> {
  const removed = await app.attempt('The recipe was not removed', () => app.api('recipes:remove', { name }))
  if (removed === null) return false
  const { file_name, text } = removed
  app.toasts.show(`The recipe ${name} was removed`, {
    tone: 'good',
    action: {
      label: 'Undo',
      run: () => {
        void saveRecipe(app, { file_name, text }).then(onback)
      },
    },
  })
  return true
}

/** A fault of a recipe in one line, with its place. */
export function faultText(problem: JobFileProblem | undefined): string {
  if (problem === undefined) return 'It has a fault.'
  const { line, column, message } = problem
  return line === null ? message : `Line ${line}, column ${column ?? 1}: ${message}`
}
