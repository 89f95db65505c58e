/** The app's line to the process of the spec. */
import type { Answer, FromApp, FromSpec } from './wire.ts'

type Listener<T extends FromSpec['type']> = (message: FromSpec & { readonly type: T }) => void

const listeners = new Map<string, (message: never) => void>()
/** Nobody is there where the contract suite uses parts of the stand-in in its own process. */
const has_spec = process.env['STAND_IN_MAIN'] !== undefined
const send = has_spec ? process.send?.bind(process) : undefined
// It is ours: the app has no such line.
if (has_spec) Reflect.deleteProperty(process, 'send')

export function tellSpec(message: FromApp): void {
  if (process.connected) send?.(message, undefined, undefined, () => undefined)
}

/** One listener for each kind of message. */
export function onSpec<T extends FromSpec['type']>(type: T, listener: Listener<T>): void {
  listeners.set(type, listener)
}

/** @param answer how a question was answered, or why not */
export async function answerWith(question_id: number, answer: () => unknown): Promise<void> {
  let told: Answer
  try {
    told = { ok: true, value: await answer() }
  } catch (error) {
    told = { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  tellSpec({ type: 'answer', question_id, answer: told })
}

if (has_spec) {
  process.on('message', (message) => {
    // Both ends are of this folder.
    const fromSpec = message as FromSpec
    listeners.get(fromSpec.type)?.(fromSpec as never)
  })
}
