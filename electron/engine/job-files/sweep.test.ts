import { describe, expect, it } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import type { NewJob } from '../../../shared/job-spec.ts'

function runs(jobs: readonly NewJob[]): unknown[] {
  return jobs.map(({ spec: { task } }) =>
    task.kind === 'command' ? (task.argv ?? task.shell_command) : task.kind,
  )
}

describe('a sweep', () => {
  it('becomes one job for each combination, inputs slower than the matrix', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `name: convert
command: [convert, '{}', -q, '\${{ matrix.q }}', 'out/{#}.jpg']
inputs: { values: [a b.png, c.png] }
strategy: { matrix: { q: [1, 2] }, fail-fast: false }
`,
    )
    expect(problems).toEqual([])
    expect(runs(jobs)).toEqual([
      ['convert', 'a b.png', '-q', '1', 'out/1.jpg'],
      ['convert', 'a b.png', '-q', '2', 'out/2.jpg'],
      ['convert', 'c.png', '-q', '1', 'out/3.jpg'],
      ['convert', 'c.png', '-q', '2', 'out/4.jpg'],
    ])
    expect(names(jobs)).toEqual([
      'convert (a b.png, 1)',
      'convert (a b.png, 2)',
      'convert (c.png, 1)',
      'convert (c.png, 2)',
    ])
    expect(jobs[3]?.spec.source).toMatchObject({ line: 1 })
  })

  it('fills every text: name, command, cwd, env, group, args, with; and those of the defaults', async () => {
    const drop = new JobDrop()
    drop.write('m.mjs', '')
    drop.write('s-1.sh', 'true\n')
    const { jobs, problems } = await drop.readText(
      'a.job.yaml',
      `version: 1
defaults: { cwd: 'dir \${{ matrix.n }}', env: { D: 'd\${{ matrix.n }}', FIXED: f, E: '' }, group: 'g\${{ matrix.n }}' }
jobs:
  - name: m \${{ matrix.n }}
    module: m.mjs
    with: { deep: [1, { x: '\${{ matrix.n }}{}' }], other: true }
    env: { E: 'e \${{ env.FIXED }}' }
    strategy: { matrix: { n: [1] }, fail-fast: false }
  - name: s
    script: 's-\${{ matrix.n }}.sh'
    args: ['\${{ matrix.n }}', plain]
    group: own
    strategy: { matrix: { n: [1] }, fail-fast: false }
`,
    )
    expect(problems).toEqual([])
    expect(jobs[0]?.spec).toMatchObject({
      name: 'm 1',
      task: { kind: 'module', with: { deep: [1, { x: '1{}' }], other: true } },
      cwd: drop.path('dir 1'),
      env: { D: 'd1', FIXED: 'f', E: 'e f' },
      group: 'g1',
    })
    expect(jobs[1]?.spec).toMatchObject({
      name: 's (1)',
      task: { kind: 'script', original_path: drop.path('s-1.sh'), args: ['1', 'plain'] },
      env: { E: '' },
      group: 'own',
    })
  })

  it('fills unique keys, of which else all jobs but one would be duplicates', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { command: 'x {}', unique: 'file {/}', inputs: { values: [d/a, b c] } }
  - { command: 'x {}', unique: { key: 'other {}', while: ever }, inputs: { values: [a] } }
`,
    )
    expect(problems).toEqual([])
    expect(jobs.map(({ spec }) => spec.unique)).toMatchObject([
      { key: 'file a' },
      { key: 'file b c' },
      { key: 'other a', while: 'ever' },
    ])
  })

  it('quotes what takes its place in a shell command, and nowhere else', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { command: 'rm {} && echo \${{ inputs.value }}', inputs: { values: ['a; b', "it's"] } }
  - { command: [rm, '{}'], env: { F: '{}' }, inputs: { values: ['a; b'] } }
`,
    )
    expect(runs(jobs)).toEqual([
      "rm 'a; b' && echo 'a; b'",
      `rm 'it'"'"'s' && echo 'it'"'"'s'`,
      ['rm', 'a; b'],
    ])
    expect(jobs[2]?.spec.env).toEqual({ F: 'a; b' })
  })

  it('is none where nothing is declared: braces and expressions mean themselves', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { command: 'find . -exec echo {} ; echo \${{ matrix.x }}' }
  - { command: 'echo {} {1} \${{ matrix.x }}', strategy: { matrix: { x: [1] } } }
`,
    )
    expect(problems).toEqual([])
    expect(runs(jobs)).toEqual(['find . -exec echo {} ; echo ${{ matrix.x }}', 'echo {} {1} 1'])
  })

  it('takes lists side by side with zip, the shorter again from its start', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.json',
      JSON.stringify({
        command: ['x', '{a}{b}'],
        inputs: { values: { a: [1, 2, 3], b: ['x', 'y'] }, zip: true },
      }),
    )
    expect(runs(jobs)).toEqual([
      ['x', '1x'],
      ['x', '2y'],
      ['x', '3x'],
    ])
  })

  it('gives each job a name of its own, of one line', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.json',
      JSON.stringify({
        version: 1,
        jobs: [
          { name: 'same (1)', command: 'x' },
          { name: 'same', command: 'x {}', inputs: { values: ['1', 'a\nb', '', 'z'.repeat(300)] } },
          { name: 'again ${{ matrix.a }}', command: 'x', strategy: { matrix: { a: [1], b: [1, 2] } } },
        ],
      }),
    )
    expect(names(jobs).map((name) => name.slice(0, 20))).toEqual([
      'same (1)',
      'same (1) #1',
      'same (a b)',
      'same (#3)',
      'same (zzzzzzzzzzzzzz',
      'again 1',
      'again 1 #2',
    ])
    expect(Math.max(...names(jobs).map((name) => name.length))).toBe(200)
  })

  it('tells what its rules ask of the engine; a matrix alone fails fast, inputs alone do not', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { name: a, command: x, strategy: { matrix: { n: [1] } } }
  - { name: b, command: x, inputs: { values: [1] } }
  - { name: c, command: x, inputs: { values: [1] }, strategy: { max-parallel: 2, halt: 'soon,done=30%' } }
  - { name: d, command: x, strategy: { matrix: { n: [1] }, halt: never } }
`,
    )
    expect(jobs.map(({ sweep }) => sweep)).toEqual([
      { key: 0, name: 'a', max_parallel: null, halt: { when: 'now', on: 'fail', limit: 1, percent: false } },
      undefined,
      { key: 2, name: 'c', max_parallel: 2, halt: { when: 'soon', on: 'done', limit: 30, percent: true } },
      undefined,
    ])
  })

  it('marks where the number of the slot belongs, which is known when the job starts', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.yaml',
      `command: 'x --gpu={%}'\ninputs: { values: [1] }\n`,
    )
    expect(jobs[0]?.spec).toMatchObject({ task: { shell_command: 'x --gpu={%}' }, slot_mark: '{%}' })
  })

  it('marks it by something that no value holds', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.yaml',
      `command: [x, '{%}', '{}']\ninputs: { values: ['{%}', '{%%}'] }\n`,
    )
    expect(jobs[0]?.spec).toMatchObject({ task: { argv: ['x', '{%%%}', '{%}'] }, slot_mark: '{%%%}' })
  })
})

describe('a preview of a sweep', () => {
  const axis = Array.from({ length: 300 }, (_, index) => index)
  const text = (command: unknown): string =>
    JSON.stringify({ command, strategy: { matrix: { a: axis, b: axis } } })

  it('makes the jobs that are wanted, in one batch, and counts the others', async () => {
    const drop = new JobDrop()
    const file = drop.write('a.job.json', text('echo ${{ matrix.a }} ${{ matrix.b }}'))
    const { jobs, count, batches, problems } = await drop.read([file], { wanted: 3 })
    expect(problems).toEqual([])
    expect(runs(jobs)).toEqual(['echo 0 0', 'echo 0 1', 'echo 0 2'])
    expect({ count, batches }).toEqual({ count: 90_000, batches: [3] })
  })

  it('finds the faults of those it does not show', async () => {
    const drop = new JobDrop()
    const names = [...Array.from({ length: 50 }, () => 'true'), '']
    const file = drop.write('a.job.json', JSON.stringify({ command: ['{}'], inputs: { values: names } }))
    const { count, problems } = await drop.read([file], { wanted: 3 })
    expect(count).toBe(50)
    expect(places(problems)).toEqual(['1:13 INVALID command[0]'])
  })
})

describe('needs and sweeps', () => {
  it('need every job of a sweep, also of a later one, which then comes first', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { name: last, command: x, needs: [{ job: 'mid {}', if: always }] }
  - { name: 'mid {}', command: x, inputs: { values: [1, 2] }, needs: [first] }
  - { name: first, command: x, strategy: { matrix: { a: [1, 2] } } }
`,
    )
    expect(problems).toEqual([])
    expect(jobs.map(({ spec, needs }) => [spec.name, needs?.map(({ on }) => on)])).toEqual([
      ['first (1)', undefined],
      ['first (2)', undefined],
      ['mid 1', [{ index: 0 }, { index: 1 }]],
      ['mid 2', [{ index: 0 }, { index: 1 }]],
      ['last', [{ index: 2 }, { index: 3 }]],
    ])
  })

  it('leave a job out with a sweep of which one job has a fault', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
jobs:
  - { name: s, script: '\${{ matrix.f }}', strategy: { matrix: { f: [gone.sh, gone.sh, a.job.yaml] } } }
  - { name: after, command: x, needs: [s] }
`,
    )
    expect(names(jobs)).toEqual([])
    expect(places(problems)).toEqual([
      '3:24 TARGET_NOT_FOUND jobs[0].script',
      '3:24 BAD_TARGET jobs[0].script',
      '4:40 NEED_LEFT_OUT jobs[1].needs[0]',
    ])
  })

  it('are refused where they would be millions', async () => {
    const list = Array.from({ length: 1_100 }, (_, index) => index)
    const { count, problems } = await new JobDrop().readText(
      'a.job.json',
      JSON.stringify({
        version: 1,
        jobs: [
          { name: 'a', command: 'x', inputs: { values: list } },
          { name: 'b', command: 'x', inputs: { values: list }, needs: ['a'] },
        ],
      }),
    )
    expect(count).toBe(1_100)
    expect(problems[0]).toMatchObject({ code: 'TOO_COMPLEX', path: 'jobs[1].needs' })
    expect(problems[0]?.message).toContain('1210000 needs in all')
  })

  it('work in JSON lines, too, and sweeps of a line come in batches', async () => {
    const list = Array.from({ length: 2_000 }, (_, index) => index)
    const { jobs, problems, batches } = await new JobDrop().readText(
      'a.jsonl',
      [
        { name: 'many', command: ['x', '{}'], inputs: { values: list } },
        { name: 'after', command: 'x', needs: ['many'] },
        { name: 'many (7)', command: 'x' },
        { name: 'many', command: 'x' },
        { name: 'wrong', command: 'x ${{ matrix.b }}', strategy: { matrix: { a: [1] } } },
        { name: 'last', command: 'x', needs: ['wrong'] },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    )
    expect(jobs).toHaveLength(2_001)
    expect(batches.length).toBeGreaterThan(3)
    expect(jobs[2_000]?.needs?.map(({ on }) => on)).toEqual(list.map((index) => ({ index })))
    expect(places(problems)).toEqual([
      '3:9 DUPLICATE_NAME name',
      '4:9 DUPLICATE_NAME name',
      '5:27 UNKNOWN_VALUE command',
      '6:39 NEED_LEFT_OUT needs[0]',
    ])
  })
})

describe('faults of a sweep', () => {
  it('have a place and say what to do', async () => {
    const { problems } = await new JobDrop().readText(
      'a.job.yaml',
      `version: 1
defaults: { env: { A: '\${{ matrix.none }}' } }
jobs:
  - { command: x, strategy: { matrix: { a: [1] } } }
  - { command: 'cp "{}" y', inputs: { values: [1] }, env: { A: '' } }
  - { command: 'x \${{ 1 + 1 }}', inputs: { values: [1] }, env: { A: '' } }
  - { command: x, strategy: { fail-fast: true } }
  - { command: x, inputs: { values: [1] }, strategy: { fail-fast: true, halt: 'now,fail=2' } }
  - { command: x, strategy: { matrix: { a: [1, 2], exclude: [{ a: 1 }, { a: 2 }] } }, env: { A: '' } }
  - { command: x, inputs: { files: '*.none' }, env: { A: '' } }
  - { command: x, inputs: { values: [1], recursive: true }, env: { A: '' } }
  - { command: x, inputs: { zip: true } }
  - { command: ['\${{ matrix.a }}'], strategy: { matrix: { a: [x, ''] } }, env: { A: '' } }
`,
    )
    expect(places(problems)).toEqual([
      '2:23 UNKNOWN_VALUE defaults.env.A',
      '5:16 BAD_EXPRESSION jobs[1].command',
      '6:16 BAD_EXPRESSION jobs[2].command',
      '7:29 CONFLICT jobs[3].strategy',
      '8:54 CONFLICT jobs[4].strategy',
      '9:39 NO_INPUTS jobs[5].strategy.matrix',
      '10:36 NO_INPUTS jobs[6].inputs.files',
      '11:53 CONFLICT jobs[7].inputs.recursive',
      '12:27 MISSING jobs[8].inputs',
      '13:17 INVALID jobs[9].command[0]',
    ])
    expect(problems[1]?.message).toContain('Take the quotes around it away.')
    expect(problems[9]?.message).toBe('The name of the program is empty for "".')
  })

  it('stop what would keep the reader busy for hours', async () => {
    const axis = Array.from({ length: 100_000 }, (_, index) => index)
    const deep = Array.from({ length: 1_000 }, (_, index) => ({ a: { b: index } }))
    const { count, problems } = await new JobDrop().readText(
      'a.job.json',
      JSON.stringify({
        version: 1,
        jobs: [
          { command: 'x', strategy: { matrix: { a: axis, exclude: deep } } },
          { command: 'x'.repeat(100_000), strategy: { matrix: { a: axis } } },
        ],
      }),
    )
    expect(count).toBe(0)
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['TOO_COMPLEX', 'jobs[0].strategy.matrix'],
      ['TOO_COMPLEX', 'jobs[1].strategy.matrix'],
    ])
  })

  it('above the limit name the number, before anything is made', async () => {
    const axis = Array.from({ length: 1_000 }, (_, index) => index)
    const { count, problems } = await new JobDrop().readText(
      'a.job.json',
      JSON.stringify({
        version: 1,
        jobs: [
          { command: 'x', strategy: { matrix: { a: axis, b: axis, c: axis, d: axis } } },
          { command: 'x', strategy: { matrix: { a: [1, 2, 3] }, 'max-jobs': 2 } },
        ],
      }),
    )
    expect(count).toBe(0)
    expect(problems.map(({ message }) => message)).toEqual([
      'This would be 1000000000000 jobs, more than 100000. Take values out, or allow more with max-jobs under strategy.',
      'This would be 3 jobs, more than 2. Take values out, or allow more with max-jobs under strategy.',
    ])
  })
})
