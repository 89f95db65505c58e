import { z } from 'zod'
import { schemaRefSchema, withTaskRules } from './job-file.ts'
import { jobShape } from './job-file-keys.ts'
import { recipeShape } from './recipe-keys.ts'

/**
 * What a person writes in a recipe: a job with a hole, and what it takes. The one source of the types, of the validation
 * and of the published JSON Schema (`resources/recipe.schema.json`).
 */

// The same keys as `KNOWN_KEYS.recipe` has.
const { inputs: _inputs, needs: _needs, schedule: _schedule, ...ownJobShape } = jobShape

const A_RECIPE = 'a recipe: a map with command, script or module'

const isMap = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const needsOutput = (key: string) => (value: object) =>
  !Object.hasOwn(value, key) || Object.hasOwn(value, 'output')

export const recipeFileSchema = withTaskRules(
  z
    .strictObject(
      {
        $schema: schemaRefSchema,
        version: z.literal(1, { error: '1' }).optional().meta({ description: 'The version of this format.' }),
        ...recipeShape,
        ...ownJobShape,
      },
      { error: A_RECIPE },
    )
    .refine(needsOutput('mirror_tree'), {
      when: isMap,
      path: ['mirror_tree'],
      error: 'mirror_tree is about the folder of the output; there is no output here.',
      params: { code: 'CONFLICT' },
    })
    .refine(needsOutput('if_exists'), {
      when: isMap,
      path: ['if_exists'],
      error: 'if_exists is about the output; there is no output here.',
      params: { code: 'CONFLICT' },
    }),
).meta({ title: 'Jobyard recipe' })
export type RecipeEntry = z.output<typeof recipeFileSchema>
