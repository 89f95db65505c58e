/** Mean of the last third of what was measured over that of the first third: 1 is flat. Throws where three are not there. */
export function growth(values: readonly number[]): number {
  const third = Math.floor(values.length / 3)
  if (third === 0) throw new Error('Three values at least tell whether something grows')
  return mean(values.slice(-third)) / mean(values.slice(0, third))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
