import { JobyardError } from '../../shared/errors.ts'
import type { Handlers } from '../../shared/ipc.ts'
import type { RecipeInfo, RecipeText } from '../../shared/recipe.ts'

type RecipeHandlers = Pick<
  Handlers,
  'recipes:list' | 'recipes:text' | 'recipes:save' | 'recipes:remove' | 'recipes:draft'
>

/** Recipes in memory: nobody looks into their texts. */
export function fakeRecipes(): RecipeHandlers {
  const texts = new Map<string, RecipeText>()
  const find = (name: string): RecipeText => {
    const found = texts.get(name)
    if (found === undefined) throw new JobyardError('RECIPE_NOT_FOUND', `There is no recipe ${name}.`)
    return found
  }
  return {
    'recipes:list': () => Promise.resolve([...texts.values()].map(infoOf)),
    'recipes:text': ({ name }) => Promise.resolve(find(name)),
    'recipes:save': ({ file_name, text }) => {
      const name = file_name.replace(/\.recipe\.(?:ya?ml|json)$/, '')
      const saved = { name, file_name: `${name}.recipe.yaml`, text }
      texts.set(name, saved)
      return Promise.resolve({ saved: infoOf(saved), problems: [] })
    },
    'recipes:remove': ({ name }) => {
      const removed = find(name)
      texts.delete(name)
      return Promise.resolve(removed)
    },
    'recipes:draft': () => Promise.resolve({ text: 'version: 1\ncommand:\n  - cat\n  - "{}"\n' }),
  }
}

function infoOf({ name, file_name }: RecipeText): RecipeInfo {
  const about = { title: null, description: null, accepts: ['*.mov'], columns: null, output: null }
  return {
    ...{ name, file: `/home/ada/recipes/${file_name}`, problems: [] },
    about: { ...about, runs: 'cat {}' },
  }
}
