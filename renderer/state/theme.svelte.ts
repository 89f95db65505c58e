/** How the window looks is its own business: kept in this browser, not in the data directory. */

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'jobyard-theme'

export class ThemeChoice {
  #theme = $state<Theme>(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system')

  constructor() {
    this.#show()
  }

  get current(): Theme {
    return this.#theme
  }

  set(theme: Theme): void {
    this.#theme = theme
    localStorage.setItem(KEY, theme)
    this.#show()
  }

  #show(): void {
    if (this.#theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = this.#theme
  }
}
