import { describe, expect, test } from 'vitest'
import { alignedData, timeLabels } from './chart-data.ts'

const series = [
  { label: 'a', token: '--good', values: [1, null, 3] },
  { label: 'b', token: '--bad', values: [10, 20, null] },
]

describe('the data of a chart', () => {
  test('is stacked for bars, the tallest first', () => {
    expect(alignedData([1, 2, 3], series, 'bars')).toEqual([
      [1, 2, 3],
      [11, 20, null],
      [1, null, 3],
    ])
  })

  test('stays as it is for lines', () => {
    expect(alignedData([1, 2, 3], series, 'lines')).toEqual([
      [1, 2, 3],
      [1, null, 3],
      [10, 20, null],
    ])
  })
})

describe('labels of a time axis', () => {
  const at = (hour: number, minute = 0, day = 27): number => new Date(2026, 10, day, hour, minute).getTime()

  test('are times of day, and the day at midnight', () => {
    expect(timeLabels([at(22), at(23), at(0, 0, 28), at(1, 0, 28)])).toEqual([
      '22:00',
      '23:00',
      '28 Nov',
      '01:00',
    ])
  })

  test('have seconds where they are close', () => {
    expect(timeLabels([at(9), at(9) + 15_000])).toEqual(['09:00:00', '09:00:15'])
  })

  test('are days where they are far apart', () => {
    expect(timeLabels([at(12, 0, 1), at(12, 0, 3)])).toEqual(['1 Nov', '3 Nov'])
  })
})
