/** Reads colours of the theme as a canvas takes them: `light-dark()` and the like are worked out by the browser. */
export class ChartColors {
  readonly #probe: HTMLElement
  readonly #known = new Map<string, string>()

  constructor(probe: HTMLElement) {
    this.#probe = probe
  }

  /** @param token name of a custom property, like `--good` */
  of(token: string): string {
    const known = this.#known.get(token)
    if (known !== undefined) return known
    this.#probe.style.color = `var(${token})`
    const color = getComputedStyle(this.#probe).color
    this.#known.set(token, color)
    return color
  }

  /** The theme is another now. */
  forget(): void {
    this.#known.clear()
  }
}
