import { hasCode } from '../../shared/errors.ts'
import type { JobFileProblem } from '../../shared/job-file-problem.ts'
import type { InputOf } from '../../shared/ipc.ts'
import type { RecipeSaved } from '../../shared/recipe.ts'
import type { AppState } from './app-state.svelte.ts'

type Save = Omit<InputOf<'recipes:save'>, 'replace'>

/** Saves a recipe and tells so; one that would take the place of another only when a person says so. @returns whether it is saved */
export async function saveRecipe(
  app: AppState,
  recipe: Save,
  onreplaced: () => void = () => undefined,
): Promise<boolean> {
  const outcome = await app.attempt('The recipe was not saved', async () => {
    try {
      return await app.api('recipes:save', { ...recipe, replace: false })
    } catch (thrown) {
      if (!hasCode(thrown, 'RECIPE_EXISTS')) throw thrown
      offerReplace(app, recipe, onreplaced)
      return null
    }
  })
  return outcome !== null && tellSaved(app, outcome)
}

function offerReplace(app: AppState, recipe: Save, onreplaced: () => void): void {
  const replace = async (): Promise<void> => {
    const outcome = await app.attempt('The recipe was not saved', () =>
      app.api('recipes:save', { ...recipe, replace: true }),
    )
    if (outcome !== null && tellSaved(app, outcome)) onreplaced()
  }
  app.toasts.show('There is a recipe of this name already', {
    tone: 'bad',
    detail: recipe.file_name,
    action: { label: 'Replace', run: () => void replace() },
  })
}

function tellSaved(app: AppState, { saved, problems }: RecipeSaved): boolean {
  if (saved === null)
    app.toasts.show('The recipe was not saved', { tone: 'bad', detail: faultText(problems[0]) })
  else app.toasts.show(`The recipe ${saved.name} was saved`, { tone: 'good' })
  return saved !== null
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
