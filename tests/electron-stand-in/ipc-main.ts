/** `ipcMain`. [dts 9440 ff.; doc ipc-main] */
import { EventEmitter } from 'node:events'
import { strict } from './strict.ts'
import type { WebContents, WebFrameMain } from './web-contents.ts'
import { cloned } from './wire.ts'

type Handler = (event: object, ...args: unknown[]) => unknown

class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()

  /** [src lib/browser/ipc-main-impl.ts] one for a channel. */
  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  invoke(event: object, channel: string, args: readonly unknown[]): unknown {
    const handler = this.#handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return handler(event, ...args)
  }
}

const impl = new IpcMain()
export const ipcMain = strict('ipcMain', impl)

/** `senderFrame` is null where the frame is gone. [dts 9529, 9557] */
function eventFrom(sender: WebContents, senderFrame: WebFrameMain | null): object {
  return strict('ipcMainEvent', { sender, senderFrame, ports: [] as const })
}

export function tellIpcMain(
  sender: WebContents,
  frame: WebFrameMain | null,
  channel: string,
  args: readonly unknown[],
): void {
  impl.emit(channel, eventFrom(sender, frame), ...args)
}

export async function invokeIpcMain(
  sender: WebContents,
  frame: WebFrameMain | null,
  channel: string,
  args: readonly unknown[],
): Promise<unknown> {
  return cloned(await impl.invoke(eventFrom(sender, frame), channel, args))
}
