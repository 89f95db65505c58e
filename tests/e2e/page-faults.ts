import type { Page } from '@playwright/test'

/** Everything a page complains about: errors on the console, thrown errors, what the security policy refused. */
export class PageFaults {
  readonly #found: string[] = []
  readonly #expected: RegExp[] = []

  /** Call before the page is loaded, where that is possible. */
  watch(page: Page): void {
    page.on('console', (message) => {
      const { url } = message.location()
      if (message.type() === 'error') this.#found.push(`console: ${message.text()} (${url})`)
    })
    page.on('pageerror', (error) => this.#found.push(`thrown: ${error.stack ?? error.message}`))
  }

  /** For specs that break something on purpose. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  /** Those that no spec has asked for. */
  unexpected(): string[] {
    return this.#found.filter((fault) => !this.#expected.some((pattern) => pattern.test(fault)))
  }
}
