import type { Locator, Page } from '@playwright/test'

/** The view of what has ended. */
export class HistoryView {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Jobs of the past' })
  }

  get rows(): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('gridcell') })
  }

  names(): Locator {
    return this.rows.getByRole('link', { includeHidden: true })
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.getByRole('link', { name, exact: true, includeHidden: true }) })
  }

  get filters(): Locator {
    return this.page.getByRole('search', { name: 'Filter the history' })
  }

  get total(): Locator {
    return this.page.getByRole('status', { name: 'Jobs that match' })
  }
}
