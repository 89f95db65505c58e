const collator = new Intl.Collator('en', { numeric: true })

/** `2.sh` before `10.sh`; the same on every machine. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b))
}
