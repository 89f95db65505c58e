import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

export type PoolWord = 'Running' | 'Paused' | 'Stopping' | 'Stopped'

/** The bar that is always there. */
export class PoolBar {
  readonly page: Page
  readonly bar: Locator

  constructor(page: Page) {
    this.page = page
    this.bar = page.getByLabel('Pool', { exact: true })
  }

  async is(word: PoolWord): Promise<void> {
    await expect(this.bar.getByRole('status').first()).toHaveText(new RegExp(`${word}$`))
  }

  button(name: 'Start' | 'Pause' | 'Resume' | 'Stop' | 'Stop now…'): Locator {
    return this.bar.getByRole('button', { name, exact: true })
  }

  async pause(): Promise<void> {
    await this.button('Pause').click()
    await this.is('Paused')
  }

  async resume(): Promise<void> {
    await this.button('Resume').click()
    await this.is('Running')
  }

  async start(): Promise<void> {
    await this.button('Start').click()
    await this.is('Running')
  }

  /** Running jobs finish. */
  async stop(): Promise<void> {
    await this.button('Stop').click()
  }

  /** Running jobs are stopped, and the question before that is answered. */
  async stopNow(): Promise<void> {
    await this.bar.getByRole('button', { name: 'Ways to stop' }).click()
    await this.page.getByRole('menuitem', { name: 'Stop now…' }).click()
    const question = this.page.getByRole('alertdialog').or(this.page.getByRole('dialog'))
    await question.getByRole('button', { name: 'Stop now' }).click()
  }

  /** How many there are of what is counted: running, waiting, interrupted, failed. */
  async counts(word: 'running' | 'waiting' | 'interrupted' | 'failed', count: number): Promise<void> {
    const tally = this.bar.locator('dl > div').filter({ has: this.page.getByText(word, { exact: true }) })
    // What is not there is not counted, but for the first two.
    if (count === 0 && word !== 'running' && word !== 'waiting') await expect(tally).toHaveCount(0)
    else await expect(tally.locator('dd')).toHaveText(String(count))
  }
}
