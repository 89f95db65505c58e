import { expect, test } from 'vitest'
import type { QuitChoice, QuitParts } from './quit-guard.ts'
import { QuitGuard } from './quit-guard.ts'

/** An app that writes down what is done with it. */
class FakeApp implements QuitParts {
  readonly diary: string[] = []
  running = 1
  #answer = Promise.withResolvers<QuitChoice>()
  readonly guard = new QuitGuard(this)

  active = (): number => this.running
  ask = (active: number, finishing: boolean): Promise<QuitChoice> => {
    this.diary.push(`asked about ${active}${finishing ? ' again' : ''}`)
    this.#answer = Promise.withResolvers<QuitChoice>()
    return this.#answer.promise
  }
  drain = this.#did('drained')
  undrain = this.#did('undrained')
  close = this.#did('closed')
  toTray = (): void => {
    this.diary.push('in the tray')
  }
  quit = (): void => {
    this.diary.push('quit')
  }
  onError = (error: unknown): void => {
    this.diary.push(String(error))
  }

  /** @returns whether it may quit right away */
  wish(): boolean {
    let prevented = false
    this.guard.onBeforeQuit({
      preventDefault: () => {
        prevented = true
      },
    })
    return !prevented
  }

  async answer(choice: QuitChoice | Error): Promise<void> {
    if (choice instanceof Error) this.#answer.reject(choice)
    else this.#answer.resolve(choice)
    await settled()
  }

  #did(what: string): () => Promise<void> {
    return () => {
      this.diary.push(what)
      return Promise.resolve()
    }
  }
}

/** Everything that waits for nothing but promises has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('with nothing running it closes, and then it may quit', async () => {
  const app = new FakeApp()
  app.running = 0
  expect(app.wish()).toBe(false)
  await settled()
  expect(app.diary).toEqual(['closed', 'quit'])
  expect(app.wish()).toBe(true)
  expect(app.guard.is_closed).toBe(true)
})

test('with jobs running it asks, once however often one wishes', async () => {
  const app = new FakeApp()
  app.wish()
  app.wish()
  expect(app.diary).toEqual(['asked about 1'])
  await app.answer('cancel')
  expect(app.diary).toEqual(['asked about 1'])
  app.wish()
  await app.answer('stop-now')
  expect(app.diary).toEqual(['asked about 1', 'asked about 1', 'closed', 'quit'])
})

test('to finish is to drain, and to close when the pool has stopped', async () => {
  const app = new FakeApp()
  app.wish()
  await app.answer('finish')
  app.guard.onPool('draining')
  await settled()
  expect(app.diary).toEqual(['asked about 1', 'drained'])
  app.guard.onPool('stopped')
  await settled()
  expect(app.diary).toEqual(['asked about 1', 'drained', 'closed', 'quit'])
})

test('while it finishes a second wish can stop it all, or take it back', async () => {
  const app = new FakeApp()
  app.wish()
  await app.answer('finish')
  app.wish()
  await app.answer('cancel')
  app.guard.onPool('stopped')
  await settled()
  expect(app.diary).toEqual(['asked about 1', 'drained', 'asked about 1 again', 'undrained'])
})

test('a pool that somebody starts again is not to be quit', async () => {
  const app = new FakeApp()
  app.wish()
  await app.answer('finish')
  app.guard.onPool('running')
  app.guard.onPool('stopped')
  await settled()
  expect(app.diary).toEqual(['asked about 1', 'drained'])
})

test('the tray keeps it running', async () => {
  const app = new FakeApp()
  app.wish()
  await app.answer('tray')
  expect(app.diary).toEqual(['asked about 1', 'in the tray'])
  expect(app.guard.is_closed).toBe(false)
})

test('a dialog that fails cancels, and says why', async () => {
  const app = new FakeApp()
  app.wish()
  await app.answer(new Error('no dialog'))
  expect(app.diary).toEqual(['asked about 1', 'Error: no dialog'])
  expect(app.wish()).toBe(false)
})

test('when the system goes down it closes without asking, also while it asks', async () => {
  const app = new FakeApp()
  app.wish()
  app.guard.quitWithoutAsking()
  await app.answer('tray')
  expect(app.diary).toEqual(['asked about 1', 'closed', 'quit'])
})
