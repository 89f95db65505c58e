/** The keys of the whole window, as the `?` sheet and the key handler know them. */

export interface ShortcutGroup {
  readonly title: string
  readonly keys: readonly { readonly keys: readonly string[]; readonly does: string }[]
}

export const SHORTCUTS: readonly ShortcutGroup[] = [
  {
    title: 'Everywhere',
    keys: [
      { keys: ['Ctrl', 'K'], does: 'Command palette' },
      { keys: ['?'], does: 'This sheet' },
      { keys: ['P'], does: 'Pause, resume or start the pool' },
      { keys: ['Ctrl', 'O'], does: 'Open job files' },
      { keys: ['Ctrl', 'V'], does: 'Paste commands or a job file' },
      { keys: ['G', 'Q'], does: 'Go to the queue' },
      { keys: ['G', 'H'], does: 'Go to the history' },
      { keys: ['G', 'W'], does: 'Go to the workers' },
      { keys: ['G', 'S'], does: 'Go to the settings' },
    ],
  },
  {
    title: 'In the queue',
    keys: [
      { keys: ['↑', '↓'], does: 'Next or previous job' },
      { keys: ['Shift', '↑↓'], does: 'Select a range' },
      { keys: ['Space'], does: 'Select or leave out' },
      { keys: ['Ctrl', 'A'], does: 'Select all that match' },
      { keys: ['Esc'], does: 'Select nothing' },
      { keys: ['Enter'], does: 'Open the job' },
      { keys: ['/'], does: 'Filter by name' },
      { keys: ['H'], does: 'Hold' },
      { keys: ['R'], does: 'Release' },
      { keys: ['E'], does: 'Edit' },
      { keys: ['+'], does: 'Raise the priority' },
      { keys: ['-'], does: 'Lower the priority' },
      { keys: ['='], does: 'Set the priority' },
      { keys: ['Delete'], does: 'Cancel' },
      { keys: ['Alt', '↑↓'], does: 'Move up or down' },
      { keys: ['Shift', 'F10'], does: 'All actions' },
    ],
  },
]

export type WindowAction =
  | 'palette'
  | 'shortcuts'
  | 'toggle-pool'
  | 'open-files'
  | 'go-queue'
  | 'go-history'
  | 'go-workers'
  | 'go-settings'

interface Keys {
  readonly key: string
  readonly ctrl: boolean
  readonly alt: boolean
  /** A field of text has the focus: letters are text. */
  readonly is_typing: boolean
}

const AFTER_G: Readonly<Record<string, WindowAction>> = {
  q: 'go-queue',
  h: 'go-history',
  w: 'go-workers',
  s: 'go-settings',
}

/** The letter G waits so long for the one behind it. */
const SEQUENCE_MS = 1_200

/** Turns keys into actions; remembers the G of a sequence. */
export class KeyReader {
  #g_at_ms: number | null = null

  read({ key, ctrl, alt, is_typing }: Keys, now_ms: number): WindowAction | null {
    const letter = key.toLowerCase()
    if (ctrl && !alt) return letter === 'k' ? 'palette' : letter === 'o' ? 'open-files' : null
    if (is_typing || ctrl || alt) return null
    const is_after_g = this.#g_at_ms !== null && now_ms - this.#g_at_ms < SEQUENCE_MS
    this.#g_at_ms = null
    if (is_after_g) return AFTER_G[letter] ?? null
    if (letter === 'g') this.#g_at_ms = now_ms
    if (key === '?') return 'shortcuts'
    return letter === 'p' ? 'toggle-pool' : null
  }
}

/** What is written on the keys of this machine. */
export function keyName(key: string, is_mac: boolean): string {
  if (!is_mac) return key
  return { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Delete: '⌫' }[key] ?? key
}
