import { z } from 'zod'
import { NO_NUL, oneOrMany, plainText, wholeNumber } from './job-file-values.ts'

/** The keys that make many jobs of one: `strategy` and `inputs`. Errors are phrases, as in `job-file-values.ts`. */

/** Jobs that one sweep may expand to, unless it says otherwise; and what it may say at most. */
export const DEFAULT_MAX_JOBS = 100_000
const MAX_MAX_JOBS = 10_000_000

const NAME = 'a name: a letter or "_", then letters, digits, "_" and "-"'
const VALUE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/
const SCALAR = 'text without NUL, a number, true or false'

const scalarSchema = z
  .union([z.string({ error: SCALAR }).regex(NO_NUL, { error: SCALAR }), z.number(), z.boolean()], {
    error: SCALAR,
  })
  .meta({ id: 'value', description: 'A value of a sweep: text, a number, true or false.' })

const MATRIX_VALUE = 'text, a number, true or false, or a map of such'
const matrixValueSchema = z.union(
  [scalarSchema, z.record(z.string(), scalarSchema, { error: MATRIX_VALUE })],
  {
    error: MATRIX_VALUE,
  },
)
const VALUES = 'a list of at least one value'
const valuesSchema = z.array(scalarSchema, { error: VALUES }).min(1, { error: VALUES })

const A_COMBINATION = 'a map of names and values'
const combinationSchema = z.record(z.string().regex(VALUE_NAME, { error: NAME }), matrixValueSchema, {
  error: A_COMBINATION,
})
const COMBINATIONS = 'a list of maps of names and values'

const matrixSchema = z
  .object(
    {
      include: z.array(combinationSchema, { error: COMBINATIONS }).optional().meta({
        description:
          'Each map is added to the combinations whose values it does not change; where there is none, it is a job of its own.',
      }),
      exclude: z.array(combinationSchema, { error: COMBINATIONS }).optional().meta({
        description: 'Combinations that have all values of one of these maps are left out.',
      }),
    },
    { error: 'a map of names and lists of values' },
  )
  .catchall(z.array(matrixValueSchema, { error: VALUES }).min(1, { error: VALUES }))
  .superRefine((matrix, context) => {
    for (const key of Object.keys(matrix)) {
      if (VALUE_NAME.test(key)) continue
      context.issues.push({
        code: 'invalid_key',
        origin: 'record',
        issues: [{ code: 'custom', message: NAME, path: [], input: key }],
        path: [key],
        input: matrix,
        message: NAME,
      })
    }
  })
  .meta({
    id: 'matrix',
    description: 'Lists of values by name: one job for each combination, as in GitHub Actions.',
    propertyNames: { pattern: VALUE_NAME.source },
    examples: [{ crf: [18, 23], preset: ['slow', 'fast'], exclude: [{ crf: 18, preset: 'fast' }] }],
  })
export type MatrixEntry = z.output<typeof matrixSchema>

const HALT =
  '"never", or like "soon,fail=1": soon or now, then fail, success or done, then a number or a percentage'
/** As GNU parallel writes it. */
const HALT_PATTERN = /^(?:never|(?:soon|now),(?:fail|success|done)=[1-9][0-9]{0,8}%?)$/

/** `strategy`, written out. */
export const strategySchema = z.strictObject(
  {
    matrix: matrixSchema.optional(),
    'max-parallel': wholeNumber(1, 10_000)
      .optional()
      .meta({
        description: 'How many of the jobs run at a time. Those of the group count, too.',
        examples: [2],
      }),
    'fail-fast': z.boolean({ error: 'true or false' }).optional().meta({
      description:
        'When one of the jobs has failed, cancel the others, those that run too. By default true where there is a matrix and no halt.',
    }),
    halt: z
      .string({ error: HALT })
      .regex(HALT_PATTERN, { error: HALT })
      .optional()
      .meta({
        description:
          'When so many of the jobs (or so many percent of all) have failed, succeeded or ended: soon starts no more of them, now stops those that run, too.',
        examples: ['soon,fail=10%', 'now,fail=1', 'soon,success=1'],
      }),
    'max-jobs': wholeNumber(1, MAX_MAX_JOBS).optional().meta({
      description: 'More jobs than that are a fault.',
      default: DEFAULT_MAX_JOBS,
    }),
  },
  { error: 'a map with matrix and more' },
)

const GLOBS = 'a pattern like "*.mov", or a list of patterns'

/** `inputs`, written out. */
export const inputsSchema = z
  .strictObject(
    {
      files: oneOrMany(plainText(GLOBS), GLOBS)
        .optional()
        .meta({
          description:
            'The files that match, in natural order, one job for each. Counts from cwd. "*" "?" "[a-z]" "{a,b}" "**".',
          examples: ['*.mov', ['*.png', '*.jpg']],
        }),
      recursive: z
        .boolean({ error: 'true or false' })
        .optional()
        .meta({ description: 'Look for the files in folders inside folders, too.', default: false }),
      values: z
        .union(
          [
            valuesSchema,
            z.record(z.string().regex(VALUE_NAME, { error: NAME }), valuesSchema, {
              error: 'a list of values, or a map of names and lists',
            }),
          ],
          { error: 'a list of values, or a map of names and lists' },
        )
        .optional()
        .meta({
          description:
            'A list of values, one job for each; or several lists by name, one job for each combination.',
          examples: [['a', 'b'], { width: [320, 640], format: ['png', 'webp'] }],
        }),
      zip: z.boolean({ error: 'true or false' }).optional().meta({
        description:
          'Take the first of each list, then the second of each, and so on, instead of all combinations. A shorter list starts again.',
        default: false,
      }),
    },
    { error: 'a map with files or values' },
  )
  .refine((inputs) => inputs.files !== undefined || inputs.values !== undefined, {
    error: 'inputs need files or values.',
    params: { code: 'MISSING' },
  })
  .meta({
    id: 'inputs',
    anyOf: [{ required: ['files'] }, { required: ['values'] }],
    description:
      'One job for each value. {} in a text stands for it, and {.} {/} {//} {/.} {#} {%} {1} {name} as in GNU parallel.',
    examples: [{ files: '*.mov' }, { values: [1, 2, 3] }],
  })
export type Inputs = z.output<typeof inputsSchema>
export type Strategy = z.output<typeof strategySchema>
