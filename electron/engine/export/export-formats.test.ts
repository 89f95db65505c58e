import { describe, expect, test } from 'vitest'
import type { Attempt, Cause, Job } from '../../../shared/job.ts'
import type { Task } from '../../../shared/job-spec.ts'
import { EXPORT_FORMATS } from '../../../shared/ipc.ts'
import type { HistoryRecord } from '../../../shared/status.ts'
import type { ExportFormat } from './export-formats.ts'
import { exportText } from './export-formats.ts'

const HOSTILE = [
  'plain',
  '',
  ' spaces at the ends ',
  'comma, "quotes" and \'more\'',
  '"',
  'two\nlines\r\nthree',
  'tab\there',
  '=HYPERLINK("http://evil")',
  '\u2028 \u202e nul\0 esc\u001b[31m',
  'emoji 👩‍🚀 ünïcode',
  '\ud800 half a pair',
  '$(rm -rf /); `id` \\',
]

function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    ...{ id: 70, job_id: 7, number: 1, pid: 99, started_ms: 1_700_000_000_500, ended_ms: 1_700_000_001_750 },
    ...{ cause: 'exit', exit_code: 0, signal: null, error: null, result: '{"n":1}' },
    log: { stdout_bytes: 12, stderr_bytes: 3, cut_bytes: 0 },
    ...change,
  }
}

const COMMAND: Task = { kind: 'command', argv: ['echo', 'a b', "it's"], shell_command: null }

function ended(change: { name?: string; task?: Task; attempts?: Attempt[] } = {}): HistoryRecord {
  const name = change.name ?? 'job'
  const job: Job = {
    ...{
      id: 7,
      submission_id: 3,
      name,
      kind: 'command',
      group: 'default',
      priority: 0,
      position: 7,
      slots: 1,
    },
    ...{ attempts: 1, queued_ms: 1_700_000_000_000, state: 'succeeded', cause: 'exit', exit_code: 0 },
    ...{ started_ms: 1_700_000_000_500, ended_ms: 1_700_000_001_750 },
  }
  const spec = { name: name === '' ? '-' : name, task: change.task ?? COMMAND, cwd: '/tmp' }
  return { job, wait_reason: null, spec, attempts: change.attempts ?? [attempt()] }
}

const WAITING: HistoryRecord = {
  ...ended(),
  job: {
    ...{
      id: 8,
      submission_id: 3,
      name: 'later',
      kind: 'command',
      group: 'g',
      priority: 5,
      position: 8,
      slots: 1,
    },
    ...{ attempts: 0, queued_ms: 1_700_000_000_000, state: 'queued' },
  },
  wait_reason: 'no-slot',
  attempts: [],
}

function text(format: ExportFormat, records: Iterable<HistoryRecord>): string {
  return [...exportText(format, records)].join('')
}

/** RFC 4180, read character by character. */
function readCsv(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < csv.length; at += 1) {
    const char = csv[at] ?? ''
    if (isQuoted) {
      if (char !== '"') cell += char
      else if (csv[at + 1] === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (char === '"') isQuoted = true
    else if (char === ',') {
      row.push(cell)
      cell = ''
    } else if (char === '\r' && csv[at + 1] === '\n') {
      rows.push([...row, cell])
      row = []
      cell = ''
      at += 1
    } else cell += char
  }
  expect([row, cell, isQuoted]).toEqual([[], '', false])
  return rows
}

describe('an export as JSON', () => {
  test('holds what is known of each job, with times people can read', () => {
    const [first, second] = JSON.parse(text('json', [ended(), WAITING])) as Record<string, unknown>[]
    expect(first).toMatchObject({
      ...{ id: 7, name: 'job', state: 'succeeded', cause: 'exit', exit_code: 0, wait_reason: null },
      ...{ queued_at: '2023-11-14T22:13:20.000Z', ended_at: '2023-11-14T22:13:21.750Z' },
      spec: { cwd: '/tmp' },
      attempts: [{ number: 1, result: { n: 1 }, started_at: '2023-11-14T22:13:20.500Z' }],
    })
    expect(second).toMatchObject({
      id: 8,
      state: 'queued',
      wait_reason: 'no-slot',
      attempts: [],
      ended_at: null,
    })
  })

  test('as lines has one object in each, whatever the names are', () => {
    const lines = text(
      'jsonl',
      HOSTILE.map((name) => ended({ name })),
    ).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(HOSTILE)
    const array = JSON.parse(
      text(
        'json',
        HOSTILE.map((name) => ended({ name })),
      ),
    ) as { name: string }[]
    expect(array.map(({ name }) => name)).toEqual(HOSTILE)
  })
})

describe('an export as CSV', () => {
  test('gives every text back as it was, whatever it holds', () => {
    const [head, ...rows] = readCsv(
      text(
        'csv',
        HOSTILE.map((name) => ended({ name, attempts: [attempt({ error: name })] })),
      ),
    )
    const at = (column: string): number => head?.indexOf(column) ?? -1
    expect(rows.map((row) => row[at('name')])).toEqual(HOSTILE)
    expect(rows.map((row) => row[at('error')])).toEqual(HOSTILE)
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head?.length]))
    expect(rows[0]?.[at('runtime_ms')]).toBe('1250')
    expect(rows[0]?.[at('result')]).toBe('{"n":1}')
  })

  test('leaves empty what a job does not have', () => {
    const [head, row] = readCsv(text('csv', [WAITING]))
    const cells = Object.fromEntries((head ?? []).map((column, index) => [column, row?.[index]]))
    expect(cells).toMatchObject({
      id: '8',
      state: 'queued',
      wait_reason: 'no-slot',
      cause: '',
      ended_at: '',
      signal: '',
    })
  })
})

describe('an export as a joblog', () => {
  const lines = (records: readonly HistoryRecord[]): string[] =>
    text('joblog', records).split('\n').slice(0, -1)

  test('has the columns of GNU parallel', () => {
    expect(lines([ended(), WAITING])).toEqual([
      'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand',
      `7\t:\t1700000000.500\t     1.250\t0\t12\t0\t0\techo 'a b' 'it'\\''s'`,
    ])
  })

  test('keeps one line a job, whatever its command holds, so that GNU parallel can read it', () => {
    const tasks: Task[] = HOSTILE.map((word) => ({
      kind: 'command',
      argv: ['echo', word],
      shell_command: null,
    }))
    const found = lines(tasks.map((task) => ended({ task }))).slice(1)
    expect(found).toHaveLength(HOSTILE.length)
    // This is how GNU parallel finds the jobs that went well.
    for (const line of found) expect(line).toMatch(/^(\d+)(?:\t[^\t]+){5}\t0\t0\t/)
    expect(found[5]).toContain("'two\0lines\r\0three'")
    expect(found.at(-1)).toContain(`'$(rm -rf /); \`id\` \\'`)
  })

  test('says of nothing that it went well that did not', () => {
    const values = (cause: Cause, exit_code: number | null, signal: string | null): string =>
      lines([ended({ attempts: [attempt({ cause, exit_code, signal })] })])[1]
        ?.split('\t')
        .slice(6, 8)
        .join(' ') ?? ''
    expect(values('exit', 3, null)).toBe('3 0')
    expect(values('signal', null, 'SIGKILL')).toBe('0 9')
    expect(values('signal', null, 'SIGNOBODYKNOWS')).toBe('-1 0')
    expect(values('timeout', null, 'SIGTERM')).toBe('-1 15')
    expect(values('timeout', 0, null)).toBe('-1 0')
    expect(values('user', 143, null)).toBe('143 0')
    expect(values('exception', null, null)).toBe('-1 0')
    expect(values('worker-lost', null, null)).toBe('-1 0')
  })

  test('takes the last attempt, and leaves out what runs', () => {
    const first = attempt({ exit_code: 1 })
    expect(lines([ended({ attempts: [first, attempt({ number: 2 })] })])[1]).toContain('\t0\t0\t')
    expect(lines([ended({ attempts: [first, attempt({ number: 2, ended_ms: null })] })])).toHaveLength(1)
  })

  test('names scripts with their interpreter, and modules', () => {
    const script: Task = {
      ...{ kind: 'script', sha256: 'a'.repeat(64), original_path: '/my scripts/x.py' },
      ...{ interpreter: ['python3'], args: ['-v'] },
    }
    const shell: Task = { kind: 'command', argv: null, shell_command: 'a | b > "c"' }
    const module: Task = { kind: 'module', module: '/x/thumb.mjs', with: { a: 1 } }
    const commands = lines([script, shell, module].map((task) => ended({ task }))).map((line) =>
      line.split('\t').at(-1),
    )
    expect(commands.slice(1)).toEqual([`python3 '/my scripts/x.py' -v`, 'a | b > "c"', '/x/thumb.mjs'])
  })
})

test('every format of nothing is whole, and much is handed out in pieces as it is taken', () => {
  expect(EXPORT_FORMATS.map((format) => text(format, []).length > 0)).toEqual([true, false, true, true])
  expect(text('json', [])).toBe('[]\n')
  let taken = 0
  function* many(): Generator<HistoryRecord> {
    for (; taken < 5_000; taken += 1) yield ended({ name: `job ${taken}` })
  }
  const chunks = exportText('csv', many())
  expect(chunks.next().value?.length).toBeGreaterThan(60_000)
  expect(taken).toBeLessThan(2_000)
  for (const chunk of chunks) expect(chunk.length).toBeLessThan(70_000)
  expect(taken).toBe(5_000)
})
