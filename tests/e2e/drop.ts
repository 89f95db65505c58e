import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

const AT = { x: 640, y: 420 }
/** What the page needs at most to take what fell, on a busy machine: what is let fall again meanwhile is another drop. */
const LET_FALL_MS = 5_000
const OVERS_AGAIN = 10

/** Resolves behind the next event of a drag. It is text: this room knows no DOM. */
const NEXT_DRAG_OVER = `new Promise((done) => {
  addEventListener('dragover', () => setTimeout(done), { once: true })
})`

/** Drags files and folders of the disk over the window and lets them fall: what a hand does, as far as the page can tell. */
export async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const drag = await startDrag(page, paths)
  await drag.drop()
}

export interface Drag {
  /** @param target where to; missing: the middle of the window */
  drop(target?: Locator): Promise<void>
}

/** Holds files over the window. */
export async function startDrag(page: Page, paths: readonly string[]): Promise<Drag> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  let at = AT
  const send = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
    session.send('Input.dispatchDragEvent', { type, ...at, data })
  await send('dragEnter')
  const overlay = page.getByText('Drop to see what would run')
  await expect(overlay).toBeVisible()
  // A drop where the page has not said yet that it takes one is none: a hand moves on until the page has noticed.
  const over = new AbortController()
  const noticed = page.evaluate(NEXT_DRAG_OVER).then(() => {
    over.abort()
  })
  while (!over.signal.aborted) await send('dragOver')
  await noticed
  return {
    async drop(target) {
      const box = await target?.boundingBox()
      if (box !== undefined && box !== null) {
        at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }
        await send('dragOver')
      }
      await send('drop')
      // Chromium goes by the answer to the drag before the last, and may let nothing fall: then the files are held again.
      await expect(async () => {
        if (await isGone(overlay)) return
        await send('dragEnter')
        for (let n = 0; n < OVERS_AGAIN; n += 1) await send('dragOver')
        await send('drop')
        await expect(overlay).toBeHidden({ timeout: LET_FALL_MS })
      }).toPass({ intervals: [LET_FALL_MS] })
      await session.detach()
    },
  }
}

/** Whether it goes away in time. */
async function isGone(overlay: Locator): Promise<boolean> {
  return overlay.waitFor({ state: 'hidden', timeout: LET_FALL_MS }).then(
    () => true,
    () => false,
  )
}
