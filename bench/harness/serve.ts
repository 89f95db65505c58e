import process from 'node:process'
import { z } from 'zod'
import type { Reply } from './contract.ts'

const requestSchema = z.object({ id: z.number(), call: z.string(), input: z.unknown() })

export type Handlers = Readonly<Record<string, (input: unknown) => Promise<Reply>>>

/**
 * Child side of a contender: answers the calls that the harness sends, one at a time. When the harness disconnects, or
 * dies, `close` ends what the contender has started, and the process with it.
 */
export function serve(handlers: Handlers, close: () => Promise<void> = () => Promise.resolve()): void {
  process.once('disconnect', () => {
    void close().finally(() => process.exit())
  })
  process.on('message', (raw: unknown) => {
    void answer(handlers, requestSchema.parse(raw))
  })
  process.send?.({ ready: true })
}

async function answer(handlers: Handlers, request: z.infer<typeof requestSchema>): Promise<void> {
  const handler = handlers[request.call]
  try {
    if (!handler) throw new Error(`This contender does not offer ${request.call}`)
    process.send?.({ id: request.id, reply: await handler(request.input) })
  } catch (error) {
    process.send?.({
      id: request.id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
}
