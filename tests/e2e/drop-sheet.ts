import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

/** What was dropped, before it is queued. */
export class DropSheet {
  readonly dialog: Locator

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog').filter({ hasText: /Queue \d|Nothing here can be queued/ })
  }

  async isOpen(): Promise<void> {
    await expect(this.dialog).toBeVisible()
  }

  get title(): Locator {
    return this.dialog.getByRole('heading', { level: 2 })
  }

  get jobs(): Locator {
    return this.dialog.getByRole('list', { name: 'Jobs to be queued' }).getByRole('listitem')
  }

  get faults(): Locator {
    return this.dialog.getByRole('list', { name: 'Faults' }).getByRole('listitem')
  }

  /** The button that queues, whatever it says. */
  get action(): Locator {
    return this.dialog.getByRole('button', { name: /queue (all|job|the)/i })
  }

  /** Leave out what has succeeded before. */
  get onlyWhatIsLeft(): Locator {
    return this.dialog.getByRole('checkbox', { name: 'Only what is left' })
  }

  /** By the keyboard: what was said of the drop before may still lie over the button. */
  async queue(): Promise<void> {
    await this.action.press('Enter')
    await expect(this.dialog).toBeHidden()
  }

  async cancel(): Promise<void> {
    await this.dialog
      .getByRole('button', { name: /^(Cancel|Close)$/ })
      .last()
      .click()
    await expect(this.dialog).toBeHidden()
  }
}
