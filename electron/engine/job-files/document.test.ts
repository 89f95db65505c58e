import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'

test('a file of one job is one job, in the folder of the file', async () => {
  const drop = new JobDrop()
  const { jobs, problems, files } = await drop.readText(
    'sub/a.job.yaml',
    'command: [echo, 5, true]\ntimeout: 1h30m\n',
  )
  expect(problems).toEqual([])
  expect(files).toBe(1)
  expect(jobs).toEqual([
    {
      spec: {
        name: 'echo 5 true',
        task: { kind: 'command', argv: ['echo', '5', 'true'], shell_command: null },
        cwd: drop.path('sub'),
        timeout_ms: 5_400_000,
        source: { file: drop.path('sub/a.job.yaml'), line: 1 },
      },
    },
  ])
})

test('every key is normalised: paths absolute, durations milliseconds, sizes bytes', async () => {
  const drop = new JobDrop()
  drop.write('m.mjs', '')
  const { jobs, problems } = await drop.readText(
    'a.job.yaml',
    `# a comment first
version: 1
$schema: ./x.json
name: all
module: ./m.mjs
with: { deep: [1, null, { x: y }] }
cwd: ../else
env: { A: 1, B: two, C: false }
group: video
priority: -3
hold: true
delay: PT10M
retry: { limit: 3, backoff: fixed, interval: 10s, max: 1h, jitter: 0, exit_codes: [75], causes: [exit, worker-lost] }
timeout: 90
stop: { signal: SIGINT, grace: 250ms }
on_interrupt: requeue
log: { max: 64KiB }
`,
  )
  expect(problems).toEqual([])
  expect(jobs[0]?.spec).toEqual({
    name: 'all',
    task: { kind: 'module', module: drop.path('m.mjs'), with: { deep: [1, null, { x: 'y' }] } },
    cwd: drop.path('../else'),
    env: { A: '1', B: 'two', C: 'false' },
    group: 'video',
    priority: -3,
    hold: true,
    delay_ms: 600_000,
    retry: {
      ...{ limit: 3, backoff: 'fixed', interval_ms: 10_000, max_ms: 3_600_000, jitter: 0, exit_codes: [75] },
      causes: ['exit', 'worker-lost'],
    },
    timeout_ms: 90_000,
    stop: { signal: 'SIGINT', grace_ms: 250 },
    on_interrupt: 'requeue',
    log_max_bytes: 65_536,
    source: { file: drop.path('a.job.yaml'), line: 2 },
  })
})

test('JSON says the same as YAML', async () => {
  const drop = new JobDrop()
  const content = {
    version: 1,
    defaults: { group: 'g', env: { A: '1' }, retry: 2 },
    jobs: [
      { name: 'a', command: 'x' },
      { command: ['y'], needs: ['a'], env: { B: '2' }, retry: 0 },
    ],
  }
  const json = await drop.readText('a.job.json', JSON.stringify(content))
  const yaml = await drop.readText(
    'b.job.yml',
    `version: 1\ndefaults: ${JSON.stringify(content.defaults)}\njobs: ${JSON.stringify(content.jobs)}`,
  )
  expect(json.problems).toEqual([])
  const withoutSource = json.jobs.map(({ spec, needs }) => ({ ...spec, source: null, needs }))
  expect(yaml.jobs.map(({ spec, needs }) => ({ ...spec, source: null, needs }))).toEqual(withoutSource)
  expect(json.jobs.map(({ spec }) => spec.env)).toEqual([{ A: '1' }, { A: '1', B: '2' }])
  expect(json.jobs.map(({ spec }) => spec.retry?.limit)).toEqual([2, 0])
})

test('a retry that is a number has the documented defaults', async () => {
  const { jobs } = await new JobDrop().readText('a.job.yaml', 'command: x\nretry: 2\nstop: {}\nlog: {}\n')
  expect(jobs[0]?.spec).toMatchObject({
    retry: {
      ...{
        limit: 2,
        backoff: 'exponential',
        interval_ms: 1_000,
        max_ms: 300_000,
        jitter: 0.2,
        exit_codes: null,
      },
      causes: ['exit', 'exception', 'signal', 'timeout', 'memory', 'spawn-error'],
    },
    stop: { signal: 'SIGTERM', grace_ms: 5_000 },
  })
  expect(jobs[0]?.spec).not.toHaveProperty('log_max_bytes')
})

test('braces and ~ are literal', async () => {
  const drop = new JobDrop()
  const { jobs } = await drop.readText('a.job.yaml', 'command: ["{}", "${{ x }}", "~/a"]\ncwd: "~/b"\n')
  expect(jobs[0]?.spec).toMatchObject({
    task: { argv: ['{}', '${{ x }}', '~/a'] },
    cwd: drop.path('~/b'),
  })
})

test('a job without a name is called after what it runs, in one short line', async () => {
  const drop = new JobDrop()
  drop.write('s.sh', 'x')
  drop.write('m.mjs', '')
  const { jobs } = await drop.readText(
    'a.job.yaml',
    `jobs:
  - command: [ffmpeg, -i, "my clip.mov", ""]
  - command: "echo a\\n  echo b"
  - command: ${'x'.repeat(70)}
  - { script: s.sh, args: [--fast] }
  - { module: m.mjs }
  - command: " \\t "
`,
  )
  expect(names(jobs)).toEqual([
    'ffmpeg -i "my clip.mov" ""',
    'echo a echo b',
    `${'x'.repeat(59)}…`,
    's.sh --fast',
    'm.mjs',
    'unnamed',
  ])
})

test('all faults of a file are told at once, each with its place, what was found and what was expected', async () => {
  const { jobs, problems, problem_count } = await new JobDrop().readText(
    'a.job.yaml',
    `version: 1
jobs:
  - name: good
    command: x
  - name: one
    comand: [echo]
    timeout: 0
    retry: { limt: 3, limit: x }
  - name: one
    command: y
    needs: [two, three, { job: two, if: sucess }, two]
  - name: two
    command: [sh, 1.10]
    module: ./nope.mjs
    on_interrupt: Ask
`,
  )
  expect(places(problems)).toEqual([
    '6:5 UNKNOWN_KEY jobs[1].comand',
    '7:14 INVALID jobs[1].timeout',
    '8:14 UNKNOWN_KEY jobs[1].retry.limt',
    '8:30 INVALID jobs[1].retry.limit',
    '9:11 DUPLICATE_NAME jobs[2].name',
    '11:18 UNKNOWN_NEED jobs[2].needs[1]',
    '11:25 CONFLICT jobs[2].needs[2]',
    '11:41 INVALID jobs[2].needs[2].if',
    '11:51 CONFLICT jobs[2].needs[3]',
    '13:19 INVALID jobs[3].command[1]',
    '14:5 CONFLICT jobs[3].module',
    '15:19 INVALID jobs[3].on_interrupt',
  ])
  expect(problem_count).toBe(problems.length)
  expect(problems.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "Unknown key "comand". Did you mean "command"?",
      "Expected a duration longer than 0, like 90 (seconds), "1h30m", "250ms" or "PT5M", or a share of the usual run time, like "300%", found 0.",
      "Unknown key "limt". Did you mean "limit"?",
      "Expected a whole number from 0 to 1000, found "x".",
      "The job in line 5 has the name "one" already. Names are unique in a file.",
      "No job of this file has the name "three".",
      "The job "two" is listed twice. Remove one of them.",
      "Expected one of success, failure, always, found "sucess". Did you mean "success"?",
      "The job "two" is listed twice. Remove one of them.",
      "Put 1.10 in quotes: without them it is a number and would become 1.1.",
      "A job runs one thing: keep only one of command, script, module.",
      "Expected one of ask, requeue, fail, found "Ask". Did you mean "ask"?",
    ]
  `)
  expect(problems.find(({ path }) => path === 'jobs[1].retry.limit')).toMatchObject({
    found: '"x"',
    expected: 'a whole number from 0 to 1000',
  })
  expect(names(jobs)).toEqual(['good'])
})

test('keys of other systems and of other places are understood enough to help', async () => {
  const { problems } = await new JobDrop().readText(
    'a.job.yaml',
    'group: x\ntasks: []\njobs:\n  - run: x\n    depends-on: [y]\n    working-directory: z\n    onInterrupt: ask\n    colour: red\n    stop: { graze: 1 }\n',
  )
  expect(problems.map(({ message }) => message)).toEqual([
    'Unknown key "group". Put it under "defaults", or into a job.',
    'Unknown key "tasks". Did you mean "jobs"?',
    'Unknown key "run". Did you mean "command"?',
    'Unknown key "depends-on". Did you mean "needs"?',
    'Unknown key "working-directory". Did you mean "cwd"?',
    'Unknown key "onInterrupt". Did you mean "on_interrupt"?',
    'Unknown key "colour". Known here: name, command, script, args, module, with, strategy, inputs, cwd, env, group, priority, slots, hold, delay, retry, timeout, stop, on_interrupt, log, limits, on_finish, unique, schedule, needs.',
    'Unknown key "graze". Did you mean "grace"?',
  ])
})

test('a fault in one job spoils that job and those that need it, and no other', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.job.yaml',
    `jobs:
  - { name: a, command: x }
  - { name: b, command: x, hold: 0 }
  - { name: c, command: x, needs: [b] }
  - { name: d, command: x, needs: [c, a] }
  - { name: e, command: x, needs: [a] }
`,
  )
  expect(places(problems)).toEqual([
    '3:34 INVALID jobs[1].hold',
    '4:36 NEED_LEFT_OUT jobs[2].needs[0]',
    '5:36 NEED_LEFT_OUT jobs[3].needs[0]',
  ])
  expect(names(jobs)).toEqual(['a', 'e'])
  expect(jobs[1]?.needs).toEqual([{ on: { index: 0 }, condition: 'success' }])
})

test('a fault outside the jobs spoils the whole file', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.job.yaml',
    'defaults: { hold: none }\nconcurrency: 4\njobs:\n  - command: x\n',
  )
  expect(places(problems)).toEqual(['1:19 INVALID defaults.hold', '2:1 UNKNOWN_KEY concurrency'])
  expect(jobs).toEqual([])
})

test('needs name jobs of the same file, before or after', async () => {
  const drop = new JobDrop()
  drop.write('1.job.yaml', 'jobs:\n  - { name: x, command: x }\n')
  drop.write(
    '2.job.yaml',
    'jobs:\n  - { name: last, command: x, needs: [{ job: first, if: always }, mid] }\n  - { name: mid, command: x, needs: [{ job: first, if: failure }] }\n  - { name: first, command: x }\n',
  )
  const { jobs, problems } = await drop.read()
  expect(problems).toEqual([])
  expect(jobs.map(({ needs }) => needs)).toEqual([
    undefined,
    [
      { on: { index: 3 }, condition: 'always' },
      { on: { index: 2 }, condition: 'success' },
    ],
    [{ on: { index: 3 }, condition: 'failure' }],
    undefined,
  ])
  const other = await drop.readText('3.job.yaml', 'command: y\nneeds: [x]\n')
  expect(places(other.problems)).toEqual(['2:9 UNKNOWN_NEED needs[0]'])
})

test('needs in a circle are a fault that shows the circle, each circle once', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.job.yaml',
    `jobs:
  - { name: a, command: x, needs: [b] }
  - { name: b, command: x, needs: [c] }
  - { name: c, command: x, needs: [a] }
  - { name: d, command: x, needs: [d] }
  - { name: e, command: x, needs: [a] }
  - { name: f, command: x }
`,
  )
  expect(problems.map(({ code, line, message }) => [code, line, message])).toEqual([
    ['NEED_CYCLE', 2, 'These jobs wait for each other: a → b → c → a. Remove one of the needs.'],
    ['NEED_CYCLE', 5, 'These jobs wait for each other: d → d. Remove one of the needs.'],
    ['NEED_LEFT_OUT', 6, 'The job "a" has a fault, so this one, which needs it, is left out too.'],
  ])
  expect(names(jobs)).toEqual(['f'])
})

test('fifty thousand jobs in a chain are linked without exhausting the stack', async () => {
  const jobs = Array.from({ length: 50_000 }, (_, index) => ({
    name: `j${index}`,
    command: 'x',
    ...(index < 49_999 ? { needs: [`j${index + 1}`] } : {}),
  }))
  const read = await new JobDrop().readText('a.job.json', JSON.stringify({ jobs }))
  expect([read.count, read.problem_count]).toEqual([50_000, 0])
  // Each needs a later one, so no batch may end between them.
  expect(read.batches).toEqual([50_000])
})

test('jobs without needs on later ones come in batches of at most 512', async () => {
  const jobs = Array.from({ length: 2_000 }, (_, index) => ({
    name: `j${index}`,
    command: 'x',
    ...(index === 700 ? { needs: ['j1300'] } : {}),
  }))
  const read = await new JobDrop().readText('a.job.json', JSON.stringify({ jobs }))
  expect(read.batches).toEqual([512, 789, 512, 187])
})

test.each([
  ['empty.job.yaml', '', '1:1 EMPTY'],
  ['blank.job.json', ' \n', '1:1 EMPTY'],
  ['comments.job.yaml', '# nothing\n', '1:1 EMPTY'],
  ['list.job.yaml', '- command: x\n', '1:1 INVALID'],
  ['text.job.yaml', 'hello\n', '1:1 INVALID'],
  ['null.job.json', 'null', '1:1 INVALID'],
  ['no-task.job.yaml', 'name: x\n', '1:1 MISSING'],
  ['version.job.yaml', 'version: 2\ncommand: x\n', '1:10 VERSION version'],
  ['no-jobs.job.yaml', 'version: 1\ndefaults: {}\n', '1:1 MISSING jobs'],
  ['empty-jobs.job.yaml', 'jobs: []\n', '1:7 INVALID jobs'],
  ['plain.yaml', 'command: x\n', '1:1 VERSION'],
  ['package.json', '{"name":"x"}', '1:1 NOT_A_JOB_FILE'],
  ['broken.json', '{"name":', '1:9 SYNTAX name'],
  ['utf16.job.yaml', Buffer.from('\ufeffcommand: x', 'utf16le'), '1:1 ENCODING'],
  ['latin1.job.yaml', Buffer.from('name: h\u00e4h\ncommand: x', 'latin1'), '1:8 ENCODING'],
  ['nul.job.yaml', 'command: a\0b', '1:11 NUL_BYTE'],
  ['proto.job.json', '{"command":"x","\\u005f_proto__":1}', '1:16 BAD_KEY __proto__'],
  ['target.job.yaml', 'name: x\nmodule: ./no.mjs', '2:9 TARGET_NOT_FOUND module'],
  ['target2.job.yaml', 'script: .', '1:9 BAD_TARGET script'],
  ['target3.job.yaml', 'module: target3.job.yaml', '1:9 BAD_TARGET module'],
  ['nul-arg.job.json', '{"command":["a","b\\u0000"]}', '1:17 INVALID command[1]'],
  ['args.job.yaml', 'command: x\nargs: [y]', '2:1 CONFLICT args'],
  ['env.job.yaml', 'command: x\nenv: { "A=B": 1 }', '2:8 BAD_KEY env["A=B"]'],
])('%s is told to be wrong', async (name, content, expected) => {
  const { jobs, problems } = await new JobDrop().readText(name, content)
  expect(places(problems)).toContain(expected)
  expect(jobs).toEqual([])
  expect(problems.every(({ message }) => message.length > 10 && message.length < 500)).toBe(true)
})

test('a byte order mark and CRLF are no fault', async () => {
  const { jobs, problems } = await new JobDrop().readText(
    'a.job.yaml',
    '\ufeffversion: 1\r\njobs:\r\n  - command: |\r\n      a\r\n      b\r\n',
  )
  expect(problems).toEqual([])
  expect(jobs[0]?.spec.task).toMatchObject({ shell_command: 'a\nb\n' })
})

test('more than a hundred faults: the first hundred are listed and all are counted', async () => {
  const jobs = Array.from({ length: 2_500 }, () => '  - { command: x, hold: 0, priority: high }').join('\n')
  const { problems, problem_count } = await new JobDrop().readText('a.job.yaml', `jobs:\n${jobs}\n`)
  expect([problems.length, problem_count]).toEqual([100, 5_000])
  expect(problems.at(-1)?.line).toBe(51)
})

test('what a file quotes in its faults is cut', async () => {
  const long = 'k'.repeat(200_000)
  const { problems } = await new JobDrop().readText(
    'a.job.json',
    JSON.stringify({ command: 'x', [long]: 1, name: long, env: { [`${long}=`]: '' } }),
  )
  expect(problems).toHaveLength(3)
  expect(JSON.stringify(problems).length).toBeLessThan(3_000)
})
