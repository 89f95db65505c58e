import { z } from 'zod'
import { label, oneOf, oneOrMany, plainText } from './job-file-values.ts'

/** The keys that a recipe has beside those of its job. Errors are phrases, as in `job-file-values.ts`. */

/** What happens to a file whose output is there already. */
export const IF_EXISTS = ['skip', 'rename', 'overwrite'] as const
export type IfExists = (typeof IF_EXISTS)[number]
export const DEFAULT_IF_EXISTS: IfExists = 'skip'

const PATTERNS = 'an ending like ".mov", a pattern like "*.mov", or a list of such'
const COLUMNS = 'a list of names of columns'

export const recipeShape = {
  title: label('a title: text of one line, at most 200 characters', 200)
    .optional()
    .meta({
      description: 'What the recipe is called in lists. Its name is that of its file.',
      examples: ['Transcode for the web'],
    }),
  description: plainText('text').optional().meta({ description: 'For people: what it makes of what.' }),
  accepts: oneOrMany(plainText(PATTERNS), PATTERNS)
    .optional()
    .meta({
      description:
        'The files it takes, in any case of letters. A pattern with "/" counts from the dropped folder, others look at the name. Without it, it takes every file.',
      examples: ['*.mov', ['.mov', '.mkv'], '*.{jpg,png}'],
    }),
  columns: z
    .array(plainText(COLUMNS), { error: COLUMNS })
    .min(1, { error: COLUMNS })
    .optional()
    .meta({
      description:
        'It takes tables (.csv, .tsv) with these columns, one job for each row. {column} in a text stands for the cell.',
      examples: [['source', 'width']],
    }),
  output: plainText('a path')
    .optional()
    .meta({
      description:
        'Where the job is to write, known to its texts as {output}. Counts from the dropped folder, or from the folder of the dropped file. The folder is made.',
      examples: ['converted/{/.}.mp4'],
    }),
  mirror_tree: z.boolean({ error: 'true or false' }).optional().meta({
    description: 'Make the folders below the dropped folder again below the folder of the output.',
    default: false,
  }),
  if_exists: oneOf(IF_EXISTS).optional().meta({
    description:
      'Where the output is there already. skip: leave the file out. rename: write to "name (2).ext". overwrite: run all the same.',
    default: DEFAULT_IF_EXISTS,
  }),
}
