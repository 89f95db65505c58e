import type { ChildProcess } from 'node:child_process'
import type { Answer, FromApp, FromSpec, Question } from './wire.ts'

/** The spec's line to the process of the app. */
export class AppLink {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #onFault: (text: string) => void
  #last_question = 0

  constructor(child: ChildProcess, onMessage: (message: FromApp) => void, onFault: (text: string) => void) {
    this.#child = child
    this.#onFault = onFault
    child.on('message', (message) => {
      // Both ends are of this folder.
      const fromApp = message as FromApp
      if (fromApp.type === 'answer') {
        this.#waiting.get(fromApp.question_id)?.(fromApp.answer)
        this.#waiting.delete(fromApp.question_id)
      } else onMessage(fromApp)
    })
    child.once('exit', () => {
      for (const answer of this.#waiting.values()) answer({ ok: false, message: 'the app has ended' })
      this.#waiting.clear()
    })
  }

  tell(message: FromSpec): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  ask(question: Question): Promise<Answer> {
    if (!this.#child.connected) return Promise.resolve({ ok: false, message: 'the app has ended' })
    this.#last_question += 1
    const question_id = this.#last_question
    return new Promise((resolve) => {
      this.#waiting.set(question_id, resolve)
      this.tell({ type: 'question', question_id, ...question })
    })
  }

  /** Something the stand-in cannot do, or a page that asks for what it must not: a spec should fail on it. */
  fault(text: string): void {
    this.#onFault(text)
  }
}
