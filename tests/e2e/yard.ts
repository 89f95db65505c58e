import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { DropSheet } from './drop-sheet.ts'
import { dropFiles } from './drop.ts'
import { HistoryView } from './history-view.ts'
import { JobPage } from './job-page.ts'
import { PoolBar } from './pool-bar.ts'
import { QueueView } from './queue-view.ts'

const MOST_TABS = 60

export type ViewName = 'Queue' | 'History' | 'Workers' | 'Settings'

/** The app on the screen, in the words of the one who uses it. */
export class Yard {
  readonly page: Page
  readonly pool: PoolBar
  readonly queue: QueueView
  readonly sheet: DropSheet
  readonly job: JobPage
  readonly history: HistoryView

  constructor(page: Page) {
    this.page = page
    this.pool = new PoolBar(page)
    this.queue = new QueueView(page)
    this.sheet = new DropSheet(page)
    this.job = new JobPage(page)
    this.history = new HistoryView(page)
  }

  /** The same on another page: a host that was started again may have one. */
  on(page: Page): Yard {
    return page === this.page ? this : new Yard(page)
  }

  /** The app shows what there is. */
  async isReady(): Promise<void> {
    await expect(this.views).toBeVisible()
  }

  get views(): Locator {
    return this.page.getByRole('navigation', { name: 'Views' })
  }

  async goTo(view: ViewName): Promise<void> {
    await this.views.getByRole('link', { name: view }).click()
  }

  /** Drops files of the disk and shows what they would queue. */
  async drop(...paths: readonly string[]): Promise<DropSheet> {
    await dropFiles(this.page, paths)
    await this.sheet.isOpen()
    return this.sheet
  }

  /** Drops files and queues what is good of them. */
  async queueFiles(...paths: readonly string[]): Promise<void> {
    const sheet = await this.drop(...paths)
    await sheet.queue()
  }

  /** Drops files and shows the past when their jobs, so many, are in it: counts of a bar can be zero before anything is queued. */
  async finishFiles(jobs: number, ...paths: readonly string[]): Promise<void> {
    await this.queueFiles(...paths)
    await this.goTo('History')
    await expect(this.history.total).toHaveText(`${jobs} jobs`)
  }

  /** Text of the clipboard, as if a person had pressed Ctrl+V. */
  async paste(text: string): Promise<void> {
    // It is text: this room knows no DOM.
    await this.page.evaluate(`{
      const data = new DataTransfer()
      data.setData('text/plain', ${JSON.stringify(text)})
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }`)
  }

  async isFocused(what: Locator): Promise<boolean> {
    return (await what.count()) === 1 && (await what.and(this.page.locator(':focus')).count()) === 1
  }

  /** By the Tab key alone; everything can be reached that way. */
  async tabTo(what: Locator): Promise<void> {
    await expect(what).toBeVisible()
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      if (await this.isFocused(what)) return
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`It is not reached by ${String(MOST_TABS)} presses of Tab: ${what.toString()}`)
  }

  /** What has just been said at the edge of the window. */
  get toasts(): Locator {
    return this.page.getByRole('region', { name: 'Messages' })
  }

  /** Opens the page of a job of the queue. */
  async openJob(name: string): Promise<JobPage> {
    await this.queue.open(name)
    await this.job.isOf(name)
    return this.job
  }
}
