import { describe, expect, test } from 'vitest'
import { JobDrop, places } from '../../../tests/fakes/job-drop.ts'

describe('an expression in a key of a fixed form', () => {
  test('is the number, the duration, the word or the flag that its value looks like', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `command: 'true'
priority: \${{ matrix.p }}
slots: '\${{ matrix.p }}'
hold: \${{ matrix.h }}
delay: \${{ matrix.p }}m
timeout: \${{ matrix.t }}
on_interrupt: \${{ matrix.i }}
retry: { limit: '\${{ matrix.p }}', interval: '1\${{ matrix.p }}s', exit_codes: [7, '\${{ matrix.p }}'] }
stop: { signal: 'SIG\${{ matrix.s }}' }
log: { max: '\${{ matrix.p }}KiB' }
limits: { memory: '\${{ matrix.p }}GiB', sustain: '\${{ matrix.p }}' }
strategy:
  matrix:
    include:
      - { p: 2, h: true, t: 90, i: requeue, s: INT }
      - { p: 3, h: false, t: '250%', i: fail, s: HUP }
`,
    )
    expect(problems).toEqual([])
    expect(jobs[0]?.spec).toMatchObject({
      ...{
        priority: 2,
        slots: 2,
        hold: true,
        delay_ms: 120_000,
        timeout_ms: 90_000,
        on_interrupt: 'requeue',
      },
      retry: { limit: 2, interval_ms: 12_000, exit_codes: [7, 2] },
      stop: { signal: 'SIGINT' },
      log_max_bytes: 2_048,
      memory: { max_bytes: 2 * 1024 ** 3, sustain_ms: 2_000 },
    })
    expect(jobs[1]?.spec).toMatchObject({ hold: false, timeout_percent: 250, stop: { signal: 'SIGHUP' } })
  })

  test('works in lines of JSON, headers of scripts and recipes for what there is, and {} does not', async () => {
    const drop = new JobDrop()
    drop.write(
      'a.jsonl',
      `${JSON.stringify({ command: ['x', '{}'], priority: '${{ inputs.v }}', inputs: { values: { v: [4, 5] } } })}\n`,
    )
    drop.write(
      'b.sh',
      '#!/bin/sh\n# /// jobyard\n# priority = "${{ matrix.p }}"\n# strategy.matrix.p = [6]\n# ///\n',
    )
    const read = await drop.read()
    expect(read.problems).toEqual([])
    expect(read.jobs.map(({ spec }) => spec.priority)).toEqual([4, 5, 6])
    const braces = await drop.readText(
      'c.job.json',
      '{"command":"x {}","priority":"{}","inputs":{"values":[1]}}',
    )
    expect(places(braces.problems)).toEqual(['1:30 INVALID priority'])
  })

  test('that comes to nothing leaves the key unsaid, so that the default counts', async () => {
    const { jobs } = await new JobDrop().readText(
      'a.job.yaml',
      `defaults: { priority: 9 }
jobs:
  - command: 'true'
    priority: \${{ matrix.p }}
    strategy: { matrix: { include: [{ a: 1 }, { a: 2, p: 3 }] } }
`,
    )
    expect(jobs.map(({ spec }) => spec.priority)).toEqual([9, 3])
  })

  test('is a fault at its place that names the first value that is wrong', async () => {
    const { problems, count } = await new JobDrop().readText(
      'a.job.yaml',
      `jobs:
  - command: 'true'
    priority: \${{ matrix.p }}
    retry:
      limit: \${{ matrix.p }}
      backof: fixed
    strategy: { matrix: { p: [1, high, higher] } }
  - { command: 'true', priority: '\${{ matrix.p }}' }
  - { command: 'true', slots: '\${{ matrix.q }}', strategy: { matrix: { p: [1] } } }
`,
    )
    expect(count).toBe(0)
    expect(places(problems)).toEqual([
      '3:15 INVALID jobs[0].priority',
      '5:14 INVALID jobs[0].retry.limit',
      '6:7 UNKNOWN_KEY jobs[0].retry.backof',
      '8:34 INVALID jobs[1].priority',
      '9:31 UNKNOWN_VALUE jobs[2].slots',
    ])
    expect(problems[0]?.message).toBe(
      'Expected a whole number from -2147483647 to 2147483647, found "high". It is so for "high".',
    )
    expect(problems[3]?.message).toContain('Expected a whole number')
  })

  test('may stand in the defaults, for the jobs of sweeps that do not say it themselves', async () => {
    const { jobs, problems } = await new JobDrop().readText(
      'a.job.yaml',
      `defaults: { priority: '\${{ matrix.p }}', timeout: '\${{ matrix.p }}m', retry: 1 }
jobs:
  - { command: a, strategy: { matrix: { p: [2, 3] } } }
  - { command: b, priority: 7, timeout: '\${{ matrix.p }}s', strategy: { matrix: { p: [4] } } }
  - { command: c, priority: 8, timeout: 1h }
`,
    )
    expect(problems).toEqual([])
    expect(
      jobs.map(({ spec: { priority, timeout_ms, retry } }) => [priority, timeout_ms, retry?.limit]),
    ).toEqual([
      [2, 120_000, 1],
      [3, 180_000, 1],
      [7, 4_000, 1],
      [8, 3_600_000, 1],
    ])
    const wrong = await new JobDrop().readText(
      'b.job.yaml',
      `defaults: { priority: '\${{ matrix.p }}' }
jobs:
  - { command: a, strategy: { matrix: { p: [high] } } }
  - { command: b }
  - { command: c, priority: 1 }
`,
    )
    expect(places(wrong.problems)).toEqual([
      '1:23 BAD_EXPRESSION defaults.priority',
      '1:23 INVALID defaults.priority',
    ])
  })
})
