import { createContext } from 'svelte'
import type { DropPreview, DropSource } from '../../shared/drop.ts'
import type { InputOf } from '../../shared/ipc.ts'
import { plural } from '../format.ts'
import type { AppState } from '../state/app-state.svelte.ts'
import { leftOutText } from './left-out-text.ts'
import { pastedName } from './pasted-name.ts'

type Phase =
  | { readonly kind: 'idle' }
  /** Files travel, or are read. */
  | { readonly kind: 'reading' }
  | { readonly kind: 'preview'; readonly preview: DropPreview; readonly is_submitting: boolean }

type Overrides = Omit<InputOf<'drop:submit'>, 'drop_id' | 'skip_bad' | 'trust'>

/** From the drop to the queue: what was dropped is read, shown, and queued when a person says so. One at a time. */
export class DropFlow {
  phase = $state.raw<Phase>({ kind: 'idle' })
  /** Drops that came while another was open. */
  #later: readonly (() => Promise<DropSource | null>)[] = []
  #reading: AbortController | null = null
  readonly #app: AppState

  constructor(app: AppState) {
    this.#app = app
  }

  /** @param source called at once, as a drop is over when its event is */
  open(source: () => Promise<DropSource | null>): void {
    const files = source()
    // It is awaited later, maybe much later: a failure is told then.
    files.catch(() => undefined)
    if (this.phase.kind === 'idle') void this.#read(files)
    else this.#later = [...this.#later, () => files]
  }

  async pick(): Promise<void> {
    const source = await this.#app.attempt('No files were opened', () => this.#app.transport.pickFiles())
    if (source !== null) this.open(() => Promise.resolve(source))
  }

  paste(text: string): void {
    if (text.trim() === '') return
    this.open(() => Promise.resolve({ from: 'text', name: pastedName(text), text }))
  }

  /** Takes text from the clipboard, where the browser lets us. */
  async pasteFromClipboard(): Promise<void> {
    try {
      this.paste(await navigator.clipboard.readText())
    } catch {
      this.#app.toasts.show('Press Ctrl+V to paste', {
        detail: 'This page may not read the clipboard by itself.',
      })
    }
  }

  /** Forgets what was dropped. Nothing of it has run. */
  cancel(): void {
    if (this.phase.kind === 'reading') this.#reading?.abort()
    if (this.phase.kind === 'preview') {
      const { drop_id } = this.phase.preview
      // Forgotten by itself after a while, too.
      this.#app.api('drop:discard', { drop_id }).catch(() => undefined)
    }
    this.#next()
  }

  async submit(how: { skip_bad: boolean; trust: boolean } & Overrides): Promise<void> {
    if (this.phase.kind !== 'preview' || this.phase.is_submitting) return
    const { preview } = this.phase
    this.phase = { kind: 'preview', preview, is_submitting: true }
    const submitted = await this.#app.attempt('Nothing was queued', () =>
      this.#app.api('drop:submit', { drop_id: preview.drop_id, ...how }),
    )
    if (submitted === null) {
      this.phase = { kind: 'preview', preview, is_submitting: false }
      return
    }
    const left_out = leftOutText(submitted)
    const jobs = `${plural(submitted.count, 'job')} queued`
    const schedules = submitted.schedules?.count ?? 0
    this.#app.toasts.show(schedules === 0 ? jobs : `${jobs}, ${plural(schedules, 'schedule')} added`, {
      tone: 'good',
      ...(left_out === null ? {} : { detail: left_out }),
      action:
        submitted.count === 1
          ? {
              label: 'Show',
              run: () => {
                this.#app.go({ view: 'job', job_id: submitted.first_id })
              },
            }
          : null,
    })
    if (this.#app.route.view !== 'queue') this.#app.go({ view: 'queue' })
    this.#next()
  }

  async #read(files: Promise<DropSource | null>): Promise<void> {
    const reading = new AbortController()
    this.#reading = reading
    this.phase = { kind: 'reading' }
    const preview = await this.#app.attempt('What was dropped could not be read', async () => {
      const source = await files
      if (source === null || reading.signal.aborted) return null
      return this.#app.api('drop:preview', { source, recursive: true }, reading.signal)
    })
    if (reading.signal.aborted) return
    if (preview === null) this.#next()
    else this.phase = { kind: 'preview', preview, is_submitting: false }
  }

  #next(): void {
    const [next, ...later] = this.#later
    this.#later = later
    this.phase = { kind: 'idle' }
    if (next !== undefined) void this.#read(next())
  }
}

export const [getDropFlow, setDropFlow] = createContext<DropFlow>()
