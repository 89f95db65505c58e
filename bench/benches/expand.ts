import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../harness/bench.ts'
import { ask } from '../harness/contender.ts'
import { numberOf } from '../harness/contract.ts'
import { interleave } from '../harness/tally.ts'

const JOBS = 100_000
const LIMIT = { rounds: 5, budget_ms: 45_000 }
const READER_LIMIT_MB = 150
const PAGE_LIMIT_MS = 300

/** The same jobs, written in each way that streams. */
const SOURCES = [
  { name: 'matrix', file: 'matrix.job.json', content: matrixFile },
  { name: 'lines', file: 'lines.jsonl', content: linesFile },
  { name: 'table', file: 'table.csv', content: tableFile },
  { name: 'commands', file: 'list.commands', content: commandsFile },
] as const

/** Many jobs out of one file: preview, memory of the reader, and the way into the queue. */
export const expand: Bench = {
  name: 'expand',
  shows:
    '100,000 jobs from a matrix, JSON lines, a table and a list of commands: preview, memory of the reader, submit against bulk submit',
  peers: [],
  async run({ subject, scratch, tally, note }) {
    if (subject === null) {
      note('only our engine reads job files')
      return {}
    }
    const folder = scratch.folder('files')
    for (const { file, content } of SOURCES) writeFileSync(join(folder, file), content())
    await interleave(tally, LIMIT, async () => {
      for (const { name, file } of SOURCES) {
        const input = { file: join(folder, file), jobs: JOBS }
        const page = await ask(subject, 'preview', input)
        const memory = await ask(subject, 'readMemory', input)
        const directory = scratch.folder(name)
        const cold_directory = scratch.folder(`${name}-cold`)
        const bulk_directory = scratch.folder(`${name}-bulk`)
        const directories = { directory, cold_directory, bulk_directory }
        const rate = await ask(subject, 'expand', { ...input, ...directories })
        tally.add(name, {
          first_page_ms: numberOf(page, 'first_page_ms'),
          whole_ms: numberOf(page, 'whole_ms'),
          reader_mb: numberOf(memory, 'reader_mb'),
          submit_per_s: numberOf(rate, 'submit_per_s'),
          cold_per_s: numberOf(rate, 'cold_per_s'),
          bulk_per_s: numberOf(rate, 'bulk_per_s'),
        })
        for (const used of Object.values(directories)) scratch.discard(used)
      }
    })
    const over = (name: string, figure: string, limit: number): number | undefined => {
      const value = tally.median(name, figure)
      return value === undefined ? undefined : value / limit
    }
    const ratios: Record<string, number | undefined> = {}
    for (const { name } of SOURCES) {
      const bulk_per_s = tally.median(name, 'bulk_per_s') ?? 1
      ratios[`${name}_submit_to_bulk`] = over(name, 'submit_per_s', bulk_per_s)
      ratios[`${name}_cold_to_bulk`] = over(name, 'cold_per_s', bulk_per_s)
      ratios[`${name}_page_to_limit`] = over(name, 'first_page_ms', PAGE_LIMIT_MS)
      ratios[`${name}_reader_to_limit`] = over(name, 'reader_mb', READER_LIMIT_MB)
    }
    return ratios
  },
}

const axis = (length: number): number[] => Array.from({ length }, (_, index) => index)

function matrixFile(): string {
  const matrix = { a: axis(100), b: axis(100), c: axis(JOBS / 10_000) }
  const command = ['tool', '--a', '${{ matrix.a }}', '--b', '${{ matrix.b }}', 'out/${{ matrix.c }}.dat']
  return JSON.stringify({
    name: 'tool ${{ matrix.a }} ${{ matrix.b }} ${{ matrix.c }}',
    command,
    strategy: { matrix, 'fail-fast': false },
  })
}

function linesFile(): string {
  const line = (n: number): string => {
    const [a, b, c] = [Math.floor(n / 1_000), Math.floor(n / 10) % 100, n % 10].map(String)
    return JSON.stringify({
      name: `tool ${a} ${b} ${c}`,
      command: ['tool', '--a', a, '--b', b, `out/${c}.dat`],
    })
  }
  return axis(JOBS)
    .map((n) => `${line(n)}\n`)
    .join('')
}

const rows = (): string[] =>
  axis(JOBS).map((n) => `${Math.floor(n / 1_000)},${Math.floor(n / 10) % 100},${n % 10}`)

function tableFile(): string {
  const job = 'tool {a} {b} {c},tool --a {a} --b {b} out/{c}.dat'
  return `name,command,a,b,c\r\n${rows()
    .map((row) => `${job},${row}\r\n`)
    .join('')}`
}

function commandsFile(): string {
  return rows()
    .map((row) => {
      const [a = '', b = '', c = ''] = row.split(',')
      return `tool --a ${a} --b ${b} out/${c}.dat\n`
    })
    .join('')
}
