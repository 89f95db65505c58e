import { describe, expect, it } from 'vitest'
import { strategySchema } from '../../../shared/job-file-sweep.ts'
import { Matrix } from './matrix.ts'

function matrixOf(written: unknown): Matrix {
  const { matrix } = strategySchema.parse({ matrix: written })
  if (matrix === undefined) throw new Error('no matrix')
  return new Matrix(matrix)
}

const valuesOf = (written: unknown): unknown[] =>
  [...matrixOf(written).combinations()].map(({ values }) => values)

describe('a matrix', () => {
  it('gives every combination, the first name slowest', () => {
    expect(valuesOf({ version: [10, 12], os: ['ubuntu', 'windows'] })).toEqual([
      { version: 10, os: 'ubuntu' },
      { version: 10, os: 'windows' },
      { version: 12, os: 'ubuntu' },
      { version: 12, os: 'windows' },
    ])
  })

  // The example of GitHub's own documentation.
  it('adds each included map where it changes no value, and by itself where there is no such place', () => {
    expect(
      valuesOf({
        fruit: ['apple', 'pear'],
        animal: ['cat', 'dog'],
        include: [
          { color: 'green' },
          { color: 'pink', animal: 'cat' },
          { fruit: 'apple', shape: 'circle' },
          { fruit: 'banana' },
          { fruit: 'banana', animal: 'cat' },
        ],
      }),
    ).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ])
  })

  it('of included maps alone has one combination for each', () => {
    expect(valuesOf({ include: [{ site: 'production' }, { site: 'staging' }] })).toEqual([
      { site: 'production' },
      { site: 'staging' },
    ])
  })

  // The example of GitHub's own documentation: twelve combinations, less three.
  it('leaves out what a part of it excludes', () => {
    const entry = {
      os: ['macos', 'windows'],
      version: [12, 14, 16],
      environment: ['staging', 'production'],
      exclude: [
        { os: 'macos', version: 12, environment: 'production' },
        { os: 'windows', version: 16 },
      ],
    }
    const values = valuesOf(entry)
    expect(values).toHaveLength(9)
    expect(values).not.toContainEqual({ os: 'windows', version: 16, environment: 'staging' })
    expect(values).toContainEqual({ os: 'macos', version: 12, environment: 'staging' })
  })

  it('adds included maps after the exclusion: what was excluded can come back', () => {
    expect(valuesOf({ a: [1, 2], exclude: [{ a: 1 }], include: [{ a: 1, b: 'again' }] })).toEqual([
      { a: 2 },
      { a: 1, b: 'again' },
    ])
  })

  it('takes 18 and "18" for the same value', () => {
    expect(valuesOf({ crf: [18, 23], exclude: [{ crf: '18' }] })).toEqual([{ crf: 23 }])
  })

  it('matches maps by a part of them, and keeps their values', () => {
    const node = [{ version: 20 }, { version: 22, env: 'x' }]
    expect(
      valuesOf({ node, exclude: [{ node: { version: 20 } }], include: [{ node: { env: 'x' }, more: 1 }] }),
    ).toEqual([{ node: { version: 22, env: 'x' }, more: 1 }])
  })

  it('labels a combination by its own values, an included one by all of its', () => {
    const matrix = matrixOf({ a: [1], b: ['x y'], include: [{ c: 1 }, { a: 2, c: 3 }] })
    expect([...matrix.combinations()].map(({ label }) => label)).toEqual([
      ['1', 'x y'],
      ['2', '3'],
    ])
  })

  it('knows its names, its size before anything is made, and names that exclude nothing', () => {
    const matrix = matrixOf({
      a: [1, 2, 3],
      b: [1, 2],
      include: [{ c: 1 }],
      exclude: [{ a: 1 }, { c: 1, b: 2 }],
    })
    expect([...matrix.names]).toEqual(['a', 'b', 'c'])
    expect(matrix.size).toBe(7)
    expect([...matrix.strangeNames()]).toEqual([{ index: 1, name: 'c' }])
  })

  it('of more combinations than there is memory for gives the first at once', () => {
    const axis = Array.from({ length: 1_000 }, (_, index) => index)
    const matrix = matrixOf({ a: axis, b: axis, c: axis, d: axis })
    const [first] = matrix.combinations()
    expect(first?.values).toEqual({ a: 0, b: 0, c: 0, d: 0 })
    expect(matrix.size).toBe(1e12)
  })
})
