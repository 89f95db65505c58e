import { gapAt } from './reorder-target.ts'

/** Less than this is a click with an unsteady hand. */
const LEAST_PX = 5
/** So near to the edge, the list scrolls. */
const EDGE_PX = 32
const SCROLL_PX = 9

interface RowDragOptions {
  readonly row_px: number
  scroller(): HTMLElement | undefined
  rowCount(): number
  /** Rows were let go over this gap; 0 is above the first. */
  ondrop(gap: number): void
}

/** Rows under the hand of a person: pressed, maybe dragged, let go over a gap. */
export class RowDrag {
  /** The gap one is over; null: nothing is dragged. */
  gap = $state<number | null>(null)
  readonly #options: RowDragOptions
  #stop: (() => void) | null = null
  #swallows_click = false
  #y = 0
  #frame = 0

  constructor(options: RowDragOptions) {
    this.#options = options
  }

  /** @param onbegin called when it is a drag, no click */
  press(event: PointerEvent, onbegin: () => void): void {
    this.cancel()
    this.#swallows_click = false
    const { clientX, clientY } = event
    const move = (moved: PointerEvent): void => {
      this.#y = moved.clientY
      if (this.gap === null) {
        if (Math.hypot(moved.clientX - clientX, moved.clientY - clientY) < LEAST_PX) return
        onbegin()
        this.#swallows_click = true
        this.#scrollAtEdges()
      }
      this.#place()
    }
    const up = (): void => {
      const { gap } = this
      this.cancel()
      if (gap !== null) this.#options.ondrop(gap)
    }
    const abort = (): void => {
      this.cancel()
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', abort)
    this.#stop = () => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', abort)
    }
  }

  cancel(): void {
    this.#stop?.()
    this.#stop = null
    this.gap = null
    cancelAnimationFrame(this.#frame)
  }

  /** The click that ends a drag is none. */
  takeClick(): boolean {
    const swallows = this.#swallows_click
    this.#swallows_click = false
    return swallows
  }

  #place(): void {
    const scroller = this.#options.scroller()
    if (scroller === undefined) return
    const offset_px = this.#y - scroller.getBoundingClientRect().top + scroller.scrollTop
    this.gap = gapAt(offset_px, this.#options.row_px, this.#options.rowCount())
  }

  #scrollAtEdges(): void {
    this.#frame = requestAnimationFrame(() => {
      const scroller = this.#options.scroller()
      if (scroller === undefined || this.#stop === null) return
      const { top, bottom } = scroller.getBoundingClientRect()
      if (this.#y < top + EDGE_PX) scroller.scrollTop -= SCROLL_PX
      else if (this.#y > bottom - EDGE_PX) scroller.scrollTop += SCROLL_PX
      this.#place()
      this.#scrollAtEdges()
    })
  }
}
