import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

/** The table of jobs that wait, run, or are filtered for. */
export class QueueView {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Jobs' })
  }

  /** Rows of jobs, without the head. */
  get rows(): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('gridcell') })
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.getByRole('link', { name, exact: true, includeHidden: true }) })
  }

  /** Names, from top to bottom. */
  names(): Locator {
    return this.rows.getByRole('link', { includeHidden: true })
  }

  async open(name: string): Promise<void> {
    await this.row(name).getByRole('link', { name }).click()
  }

  async shows(name: string, state: string): Promise<void> {
    await expect(this.row(name)).toContainText(state)
  }

  /** By the menu under the right button. */
  async act(name: string, label: string): Promise<void> {
    await this.row(name).click({ button: 'right', position: { x: 12, y: 12 } })
    await this.page.getByRole('menuitem', { name: label }).click()
  }

  async select(...names: readonly string[]): Promise<void> {
    for (const [at, name] of names.entries()) {
      const modifiers: 'ControlOrMeta'[] = at === 0 ? [] : ['ControlOrMeta']
      await this.row(name).click({ position: { x: 12, y: 12 }, modifiers })
    }
  }

  /** Takes a row by hand and lets it go above another. */
  async drag(name: string, { before }: { readonly before: string }): Promise<void> {
    const from = await this.row(name).boundingBox()
    const to = await this.row(before).boundingBox()
    if (from === null || to === null) throw new Error('A row is not on the screen.')
    const { mouse } = this.page
    await mouse.move(from.x + 12, from.y + from.height / 2)
    await mouse.down()
    await mouse.move(from.x + 16, to.y + to.height, { steps: 4 })
    await mouse.move(to.x + 16, to.y + 2, { steps: 4 })
    await mouse.up()
  }

  get toolbar(): Locator {
    return this.page.getByRole('toolbar', { name: 'Actions on what is selected' })
  }

  /** A state by which the list is filtered. */
  chip(state: string): Locator {
    return this.page.getByRole('group', { name: 'States' }).getByRole('button', { name: state })
  }
}
