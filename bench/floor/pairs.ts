/** Job id and spec on the way to a worker, job id and result on the way back. */
export type Pair = readonly [number, string]

/** Checks what came over IPC. By hand: a schema library would be a tenth of the floor's whole time. */
export function pairsOf(raw: unknown): readonly Pair[] {
  if (!Array.isArray(raw) || !raw.every(isPair)) throw new Error('Not an array of pairs')
  return raw
}

function isPair(value: unknown): value is Pair {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string'
  )
}
