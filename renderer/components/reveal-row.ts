import type { VirtualizerHandle } from 'virtua/svelte'

/**
 * Scrolls a list of rows of one height so far that a row is in sight. The virtualizer's own `scrollToIndex` looks for the
 * row again a moment later, and goes to the top where the list has become shorter than that meanwhile.
 */
export function revealRow(
  list: Pick<VirtualizerHandle, 'getScrollOffset' | 'getViewportSize' | 'scrollTo'>,
  index: number,
  row_px: number,
): void {
  const top = index * row_px
  const from = list.getScrollOffset()
  const size = list.getViewportSize()
  if (top < from) list.scrollTo(top)
  else if (top + row_px > from + size) list.scrollTo(top + row_px - size)
}
