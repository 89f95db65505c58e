import pc from 'picocolors'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { LiveState, ShownJob } from './render-live.ts'
import { renderLive } from './render-live.ts'

const plain = pc.createColors(false)
const colored = pc.createColors(true)

const STATE: LiveState = {
  succeeded: 1_140,
  bad: 0,
  total: 2_000,
  waiting: null,
  running: [],
  elapsed_ms: 25_400,
  per_second: 45.21,
  eta_ms: 19_022,
  notice: null,
}

function running(id: number, part: Partial<ShownJob> = {}): ShownJob {
  return {
    id,
    name: `job ${id}`,
    state: 'running',
    elapsed_ms: 1_500,
    progress: null,
    message: null,
    ...part,
  }
}

test('shows a bar with counts, throughput, time and ETA, then the running jobs', () => {
  const jobs = [
    running(9, { name: 'resize', progress: 0.426, message: 'photo 3 of 7' }),
    running(1_141, { elapsed_ms: 3_725_000, state: 'stopping' }),
  ]
  expect(renderLive({ ...STATE, running: jobs }, { columns: 80, rows: 24 }, plain)).toEqual([
    '█████████████░░░░░░░░░░░  57%  1,140/2,000 · 2 running · 45.2/s · 25s · ETA 20s',
    '     9  resize     42%       1s  photo 3 of 7',
    '  1141  job 1141         1h 02m  stopping',
  ])
})

test('says nothing of a rate or an ETA that is not known, and how many did not succeed', () => {
  const state = { ...STATE, bad: 3, per_second: null, eta_ms: null }
  expect(renderLive(state, { columns: 80, rows: 24 }, plain)).toEqual([
    '██████████████░░░░░░░░░░░  57%  1,143/2,000 · 3 not succeeded · 0 running · 25s',
  ])
})

test('without a number to count up to there is no bar', () => {
  const state = { ...STATE, total: null, waiting: 12, eta_ms: null }
  expect(renderLive(state, { columns: 80, rows: 24 }, plain)).toEqual([
    '1,140 done · 0 running · 12 waiting · 45.2/s · 25s',
  ])
})

test('100 % means that all are through', () => {
  const [line] = renderLive({ ...STATE, succeeded: 1_999 }, { columns: 80, rows: 24 }, plain)
  expect(line).toContain(' 99% ')
})

test.each([
  [80, 24],
  [30, 8],
  [12, 4],
  [3, 2],
  [1, 1],
])('fits %i columns and %i rows, whatever the names are', (columns, rows) => {
  const names = [
    '日本語のとても長い名前のジョブ'.repeat(4),
    '👩‍👩‍👧‍👦'.repeat(20),
    'x'.repeat(300),
    'a\nb\u001b[2Jc',
    '',
  ]
  const jobs = Array.from({ length: 50 }, (_, index) =>
    running(index, { name: names[index % names.length] ?? null, progress: 1, message: 'm'.repeat(200) }),
  )
  const state = {
    ...STATE,
    running: jobs,
    notice: 'finishing 50 running jobs, Ctrl-C again to stop them now',
  }
  const lines = renderLive(state, { columns, rows }, colored)
  expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
  for (const line of lines) {
    expect(stringWidth(line)).toBeLessThanOrEqual(Math.max(1, columns - 1))
    for (const harm of ['\n', '\r', '\u001b[2J']) expect(line).not.toContain(harm)
  }
})

test('counts the running jobs there is no room for', () => {
  const jobs = Array.from({ length: 10 }, (_, index) => running(index))
  const lines = renderLive({ ...STATE, running: jobs, notice: 'finishing' }, { columns: 80, rows: 7 }, plain)
  expect(lines.slice(1)).toEqual([
    '  0  job 0             1s',
    '  1  job 1             1s',
    '  2  job 2             1s',
    '  … 7 more running',
    'finishing',
  ])
})
