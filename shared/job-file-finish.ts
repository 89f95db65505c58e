import { z } from 'zod'
import { NEED_CONDITIONS } from './job.ts'
import { oneOf, plainText } from './job-file-values.ts'
import { SPEC_DEFAULTS } from './job-spec.ts'

/** The key of what follows the end of a job. Errors are phrases, as in `job-file-values.ts`. */

const HOOK = 'a command line, or a map like { command: notify-send {name}, if: failure }'

/** `on_finish`, written out. */
export const onFinishObjectSchema = z.strictObject(
  {
    command: plainText('a command line').meta({
      description:
        'A command for the shell. {id} {name} {state} {cause} {exit_code} {attempts} {duration_s} {group} {queued_at} {started_at} {ended_at} are of the job that has ended, quoted.',
      examples: ['notify-send {name} {state}'],
    }),
    if: oneOf(NEED_CONDITIONS).optional().meta({
      description:
        'success: it has succeeded. failure: it has failed, was cancelled or skipped. always: it has ended in any way.',
      default: SPEC_DEFAULTS.on_finish_if,
    }),
  },
  { error: HOOK },
)

export const onFinishSchema = z.union([plainText(HOOK), onFinishObjectSchema], { error: HOOK }).meta({
  id: 'on_finish',
  description:
    'A command that is queued, ahead of others, when the job has ended; in the folder and the environment of the job. A text is run however it has ended.',
  examples: ['notify-send {name} {state}', { command: 'echo {id} >> failed.txt', if: 'failure' }],
})
