import type { WebFrameMain } from 'electron'
import { isSameSite } from './lock-down.ts'

/** What is asked of a frame. */
export type FrameFacts = Pick<WebFrameMain, 'parent' | 'url' | 'detached' | 'isDestroyed'>

/** Whether a message comes from the page we loaded: the top frame of a window, and it still shows our address. */
export function isOwnPage(frame: FrameFacts | null, ownUrl: string): boolean {
  if (frame === null) return false
  try {
    return !frame.isDestroyed() && !frame.detached && frame.parent === null && isSameSite(frame.url, ownUrl)
  } catch {
    // Frames of a page that is gone throw on whatever is asked.
    return false
  }
}
