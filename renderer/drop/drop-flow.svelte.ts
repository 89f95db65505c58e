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

/** What was dropped, and the name of the recipe it is data for; null: there is none. */
interface Dropped {
  readonly source: DropSource
  readonly recipe: string | null
}

type Overrides = Omit<InputOf<'drop:submit'>, 'drop_id' | 'skip_bad' | 'trust'>

/** From the drop to the queue: what was dropped is read, shown, and queued when a person says so. One at a time. */
export class DropFlow {
  phase = $state.raw<Phase>({ kind: 'idle' })
  /** What the preview is of. */
  dropped = $state.raw<Dropped | null>(null)
  /** Drops that came while another was open. */
  #later: readonly (() => Promise<Dropped | null>)[] = []
  #reading: AbortController | null = null
  readonly #app: AppState

  constructor(app: AppState) {
    this.#app = app
  }

  /**
   * @param source called at once, as a drop is over when its event is
   * @param recipe the files are data for the recipe of this name
   */
  open(source: () => Promise<DropSource | null>, recipe: string | null = null): void {
    const files = source().then((found) => (found === null ? null : { source: found, recipe }))
    // It is awaited later, maybe much later: a failure is told then.
    files.catch(() => undefined)
    if (this.phase.kind === 'idle') void this.#read(files)
    else this.#later = [...this.#later, () => files]
  }

  /** Shows what is open as data for a recipe. */
  useRecipe(recipe: string): void {
    if (this.phase.kind !== 'preview' || this.dropped === null) return
    this.#discard(this.phase.preview.drop_id)
    void this.#read(Promise.resolve({ ...this.dropped, recipe }))
  }

  async pick(recipe: string | null = null): Promise<void> {
    const source = await this.#app.attempt('No files were opened', () => this.#app.transport.pickFiles())
    if (source !== null) this.open(() => Promise.resolve(source), recipe)
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
    if (this.phase.kind === 'preview') this.#discard(this.phase.preview.drop_id)
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

  #discard(drop_id: string): void {
    // Forgotten by itself after a while, too.
    this.#app.api('drop:discard', { drop_id }).catch(() => undefined)
  }

  async #read(files: Promise<Dropped | null>): Promise<void> {
    const reading = new AbortController()
    this.#reading = reading
    this.phase = { kind: 'reading' }
    const preview = await this.#app.attempt('What was dropped could not be read', async () => {
      const dropped = await files
      if (dropped === null || reading.signal.aborted) return null
      this.dropped = dropped
      const { source, recipe } = dropped
      const input = { source, recursive: true, ...(recipe === null ? {} : { recipe: { name: recipe } }) }
      return this.#app.api('drop:preview', input, reading.signal)
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
