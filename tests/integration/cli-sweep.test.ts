/** Sweeps from a file to the end of their jobs, as a person runs them. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Place } from './cli-harness.ts'

const jobLine = z.looseObject({ type: z.literal('job'), name: z.string(), state: z.string() })

test('preview shows the jobs of a sweep and how many there are, and runs nothing', async () => {
  const place = new Place()
  for (const name of ['b c.txt', 'a.txt', '$(touch pwned).txt']) place.write(name, 'x')
  place.write(
    's.job.yaml',
    `name: copy
command: cp {} {.}-\${{ matrix.n }}.bak
inputs: { files: '*.txt' }
strategy: { matrix: { n: [1, 2] } }
`,
  )
  const end = await place.cli('preview', 's.job.yaml')
  expect(end.code).toBe(0)
  expect(end.stderr).toContain('6 jobs would be queued')
  expect(end.stdout).toContain('copy (b c.txt, 2)')
  expect(end.stdout).toContain(`cp 'b c.txt' 'b c'-2.bak`)
  expect(existsSync(place.path('a-1.bak'))).toBe(false)
})

test('preview tells what is wrong with a sweep, with line and column', async () => {
  const place = new Place()
  place.write('s.job.yaml', `command: echo \${{ matrix.m }}\nstrategy: { matrix: { n: [1, 2] } }\n`)
  const end = await place.cli('preview', 's.job.yaml')
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('s.job.yaml:1:10')
  expect(end.stderr).toContain('names nothing')
})

test('run gives each job its file, whatever that is called, and needs wait for all of them', async () => {
  const place = new Place()
  const names = ["it's.txt", '$(touch pwned).txt', '-n.txt', 'a b.txt']
  for (const name of names) place.write(`in/${name}`, name)
  place.write(
    's.job.yaml',
    `version: 1
jobs:
  - name: all
    command: 'cat out/*.txt > all.txt'
    needs: [copy]
  - name: copy
    command: 'mkdir -p out && cat {} > out/{/}'
    inputs: { files: in/* }
    strategy: { max-parallel: 2, fail-fast: true }
`,
  )
  const end = await place.cli('run', '--json', 's.job.yaml')
  expect([end.code, end.stderr]).toEqual([0, ''])
  expect(readFileSync(place.path('all.txt'), 'utf8').length).toBe(names.join('').length)
  for (const name of names) expect(readFileSync(place.path(`out/${name}`), 'utf8')).toBe(name)
  expect(existsSync(place.path('pwned'))).toBe(false)
})

test('run stops a matrix when one of its jobs has failed', async () => {
  const place = new Place()
  place.write(
    's.job.yaml',
    `name: n \${{ matrix.n }}
command: test \${{ matrix.n }} -ne 2
strategy: { matrix: { n: [1, 2, 3, 4, 5] } }
`,
  )
  const end = await place.cli('run', '--json', '--concurrency', '1', 's.job.yaml')
  expect(end.code).toBe(1)
  const states = new Map<string, string>()
  for (const line of end.stdout.trim().split('\n')) {
    const parsed = jobLine.safeParse(JSON.parse(line))
    if (parsed.success) states.set(parsed.data.name, parsed.data.state)
  }
  expect(Object.fromEntries(states)).toEqual({
    'n 1': 'succeeded',
    'n 2': 'failed',
    'n 3': 'cancelled',
    'n 4': 'cancelled',
    'n 5': 'cancelled',
  })
})
