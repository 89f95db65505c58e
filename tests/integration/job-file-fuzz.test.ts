import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROBLEM_CODES } from '../../shared/job-file-problem.ts'
import { jobSpecSchema } from '../../shared/job-spec.ts'
import type { DropRead } from '../fakes/job-drop.ts'
import { JobDrop } from '../fakes/job-drop.ts'

/** Whatever was read: jobs are valid, needs lie inside, faults are complete and lie inside the file. */
function expectSound(read: DropRead, file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  for (const [index, { spec, needs = [] }] of read.jobs.entries()) {
    jobSpecSchema.parse(spec)
    for (const { on } of needs) {
      if (!('index' in on)) throw new Error('A need of a file counts its jobs.')
      expect(on.index).not.toBe(index)
      expect(on.index).toBeLessThan(read.count)
    }
  }
  expect(read.count).toBe(read.jobs.length)
  expect(read.problem_count).toBeGreaterThanOrEqual(read.problems.length)
  expect(read.count > 0 || read.problem_count > 0).toBe(true)
  for (const { line, column, code, message } of read.problems) {
    expect(PROBLEM_CODES).toContain(code)
    expect(message.length).toBeGreaterThan(5)
    if (line === null || column === null) continue
    expect(line).toBeGreaterThan(0)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThan(0)
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 2)
  }
}

const YAML = `version: 1
defaults: { group: video, env: { A: 1.10, B: "x" }, retry: { limit: 3, interval: 10s } }
jobs:
  - name: one
    command: [ffmpeg, -i, "a b.mov", 5]
    timeout: 2h # a comment
  - &two
    name: two
    command: |
      echo "25%"
      exit 75
    needs: [one, { job: three, if: always }]
  - { name: three, command: 'x', needs: [{ job: one, if: failure }], stop: { signal: SIGINT, grace: PT5S } }
  - name: many {value}
    command: echo {} \${{ matrix.crf }} \${{ raw(env.B) }} {#} {%}
    needs: [one]
    inputs: { values: [a, "b c"], zip: true }
    strategy: { matrix: { crf: [18, 23], include: [{ crf: 18, x: y }], exclude: [{ crf: 23 }] }, halt: "soon,fail=10%" }
`
const JSON_TEXT = JSON.stringify({
  version: 1,
  defaults: { priority: 5 },
  jobs: [
    { name: 'a', command: ['x', 'y\u00e9'], log: { max: '1MiB' } },
    { name: 'b', command: 'z', needs: ['a'], delay: 5, on_interrupt: 'fail' },
  ],
})
const LINES = `{"name":"a","command":"x","env":{"A":"1"}}\n{"name":"b","command":["y"],"needs":["a"]}\n\n{"command":"z","retry":2}
{"name":"c","command":["{x}","{y.}"],"inputs":{"values":{"x":["a"],"y":["b","c"]}},"strategy":{"max-parallel":2},"needs":["b"]}\n`

const TABLE = `name,command,priority,retry.limit,env.A,file,\r\n"{file/}","cp {file} ""$HOME""",5,1,x,a b.mov,
"two\n",ls,,,,"c ""d""",\n,,,,,,\nthree,"echo {file}\necho \${{ inputs.file }}",-1,,,e,\n`

const SCRIPT = `#!/usr/bin/env python3
# /// script
# dependencies = []
#
# [tool.jobyard]
# name = "a {value}"
# args = ["x", 1, '''y''', "{}"]
# retry = { limit = 2, exit_codes = [75, 0x1] } # a comment
# env.LANG = """
# C"""
# inputs.values = ["b", "c"]
# [tool.jobyard.stop]
# "signal" = 'SIGINT'
# ///
print(1)
`

const JOBLOG = `Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand
1\t:\t1795796938.548\t     0.010\t0\t2\t0\t0\tgood
2\t:\t1795796938.548\t     0.010\t0\t2\t1\t0\tb\\ad 'x\ty'
2\t:\t1795796938.548\t     0.010\t0\t2\t-1\t9\tb\\ad 'x\ty'\n`
const PUEUE_TASK = { command: 'a', path: '/x', group: 'g', priority: 1, label: null, dependencies: [] }
const PUEUE = JSON.stringify(
  {
    tasks: {
      0: { ...PUEUE_TASK, status: { Done: { result: { Failed: 1 } } } },
      1: { ...PUEUE_TASK, dependencies: [0, 7], status: 'Queued' },
      2: { ...PUEUE_TASK, status: { Stashed: { enqueue_at: '2030-01-01T00:00:00Z' } } },
    },
    groups: { g: { status: 'Running', parallel_tasks: 1 } },
  },
  null,
  1,
)

interface Edit {
  readonly at: number
  readonly cut: number
  readonly put: Uint8Array
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 4 }),
  fc
    .constantFrom(
      ...[
        '\n',
        ' ',
        '  ',
        '\t',
        ':',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '*two',
        '&two ',
        '#',
        '0',
        'null',
        '---\n',
        '|',
        '>',
        '!',
        '\0',
      ],
      ...[
        '\ufeff',
        '\u2028',
        '😀',
        '\\',
        '<<: *two',
        '__proto__',
        'jobs:',
        'needs: [two]',
        'name: one',
        '? ',
        '.inf',
        '"a":',
        '\r\n',
      ],
    )
    .map((text) => new TextEncoder().encode(text)),
)
const edits = fc.array(fc.record({ at: fc.nat(700), cut: fc.nat(6), put: piece }), {
  minLength: 1,
  maxLength: 4,
})

function edited(text: string, changes: readonly Edit[]): Buffer {
  let bytes = Buffer.from(text)
  for (const { at, cut, put } of changes) {
    const from = at % (bytes.length + 1)
    bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)])
  }
  return bytes
}

test.each([
  ['a.job.yaml', YAML],
  ['a.job.json', JSON_TEXT],
  ['a.jsonl', LINES],
  ['a.csv', TABLE],
  ['a.py', SCRIPT],
  ['a.joblog', JOBLOG],
  ['status.json', PUEUE],
  ['a.tsv', TABLE.replaceAll(',', '\t')],
])('a valid %s in which a few bytes are changed is read as jobs or faults', async (name, text) => {
  const drop = new JobDrop()
  const valid = await drop.readText(name, text)
  expect(valid.problems.filter(({ code }) => code !== 'INVALID')).toEqual([])
  await fc.assert(
    fc.asyncProperty(edits, async (changes) => {
      expectSound(await drop.readText(name, edited(text, changes)), drop.path(name))
    }),
    { numRuns: 200 },
  )
})

test.each([
  'a.job.yaml',
  'a.job.json',
  'a.jsonl',
  'a.sh',
  'a.yaml',
  'a.json',
  'a.commands',
  'a.txt',
  'a.csv',
  'a.tsv',
])('random bytes named %s are read as jobs or faults', async (name) => {
  const drop = new JobDrop()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expectSound(await drop.readText(name, bytes), drop.path(name))
    }),
    { numRuns: 200 },
  )
})

const anyValue = fc.jsonValue({ maxDepth: 3 })
const anyJob = fc.dictionary(
  fc.constantFrom(
    'name',
    'command',
    'script',
    'module',
    'with',
    'args',
    'env',
    'needs',
    'retry',
    'stop',
    'log',
    'cwd',
    'x',
    'delay',
  ),
  fc.oneof(
    anyValue,
    fc.constantFrom('a', 'b'),
    fc.array(fc.constantFrom('a', 'b', 1)),
    fc.record({ job: fc.constantFrom('a', 'b') }),
  ),
  { maxKeys: 5 },
)

test('whatever values stand where, a file of jobs is read as jobs or faults', async () => {
  const drop = new JobDrop()
  await fc.assert(
    fc.asyncProperty(
      fc.record({ jobs: fc.array(anyJob), defaults: anyJob }, { requiredKeys: ['jobs'] }),
      async (value) => {
        expectSound(
          await drop.readText('a.job.json', JSON.stringify(value, null, 1)),
          drop.path('a.job.json'),
        )
      },
    ),
    { numRuns: 200 },
  )
})
