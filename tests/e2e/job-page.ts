import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

/** The page of one job. */
export class JobPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get state(): Locator {
    return this.page.getByRole('status', { name: 'State' })
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Output' })
  }

  tab(name: 'Output' | 'Attempts' | 'Result' | 'Spec' | 'Needs'): Locator {
    return this.page.getByRole('tab', { name })
  }

  get panel(): Locator {
    return this.page.getByRole('tabpanel')
  }

  /** Of the buttons of its head, or of the menu behind them. */
  async act(verb: string): Promise<void> {
    const actions = this.page.getByRole('toolbar', { name: 'Actions' })
    const button = actions.getByRole('button', { name: verb, exact: true })
    if (await button.isVisible()) {
      await button.click()
      return
    }
    await actions.getByRole('button', { name: 'More actions' }).click()
    await this.page.getByRole('menuitem', { name: verb, exact: true }).click()
  }

  async isOf(name: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible()
  }
}
