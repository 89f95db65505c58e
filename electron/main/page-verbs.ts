import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import type { Answer, PageVerb, PageVerbInput, PageVerbOutput } from '../../shared/desktop-channels.ts'
import { pageVerbSchemas } from '../../shared/desktop-channels.ts'
import { JobyardError, serialiseError } from '../../shared/errors.ts'
import { isOwnPage } from './trusted-frame.ts'

export type PageVerbHandlers = {
  readonly [K in PageVerb]: (
    input: PageVerbInput<K>,
    event: IpcMainInvokeEvent,
  ) => Promise<PageVerbOutput<K>> | PageVerbOutput<K>
}

/** The one place where pages ask and are answered: who asks is checked, and what, and an error keeps its code. */
export function registerPageVerbs(
  ipc: Pick<IpcMain, 'handle'>,
  handlers: PageVerbHandlers,
  ownUrl: string,
): void {
  const register = <K extends PageVerb>(
    channel: K,
    parse: (input: unknown) => PageVerbInput<K>,
    handler: PageVerbHandlers[K],
  ): void => {
    ipc.handle(channel, async (event, input: unknown): Promise<Answer<PageVerbOutput<K>>> => {
      try {
        if (!isOwnPage(event.senderFrame, ownUrl)) {
          throw new JobyardError('NOT_ALLOWED', 'Only the window of Jobyard may ask for this.')
        }
        return { ok: true, value: await handler(parse(input), event) }
      } catch (error) {
        const { code, message } = serialiseError(error)
        return { ok: false, code, message }
      }
    })
  }
  register('jobyard:pick-files', nothing, handlers['jobyard:pick-files'])
  register('jobyard:take-files', nothing, handlers['jobyard:take-files'])
  register('jobyard:can-update', nothing, handlers['jobyard:can-update'])
  register(
    'jobyard:save-text',
    (input) => pageVerbSchemas['jobyard:save-text'].parse(input),
    handlers['jobyard:save-text'],
  )
}

function nothing(input: unknown): undefined {
  if (input !== undefined) throw new JobyardError('INVALID_ARGUMENT', 'Nothing is expected here.')
}
