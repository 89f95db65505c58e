import { describe, expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import { findHeader } from './script-header.ts'

describe('a Python script with a PEP 723 block', () => {
  const SCRIPT = `#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["requests<3"]
#
# [tool.jobyard]
# name = "count words"
# group = "text"
# priority = 5
# timeout = "2h" # a comment
# args = ["--fast", 3]
# cwd = "sub"
#
# [tool.jobyard.env]
# LANG = "C"
#
# [tool.jobyard.retry]
# limit = 2
# exit_codes = [75]
# ///
print("x")
`

  test('is a job with the settings of its table, and the script as it is', async () => {
    const drop = new JobDrop()
    const { jobs, problems } = await drop.read([drop.write('count.py', SCRIPT)])
    expect(problems).toEqual([])
    expect(jobs.map(({ spec }) => spec)).toEqual([
      expect.objectContaining({
        ...{ name: 'count words', group: 'text', priority: 5, timeout_ms: 7_200_000, cwd: drop.path('sub') },
        task: expect.objectContaining({ kind: 'script', args: ['--fast', '3'] }) as unknown,
        env: { LANG: 'C' },
        retry: expect.objectContaining({ limit: 2, exit_codes: [75] }) as unknown,
        source: { file: drop.path('count.py'), line: 3 },
      }),
    ])
  })

  test('without our table is a job like any other', async () => {
    const drop = new JobDrop()
    const block = '# /// script\n# dependencies = ["jobyard-client"]\n# [tool.other]\n# name = 1\n# ///\n'
    const { jobs, problems } = await drop.read([drop.write('a.py', block)])
    expect([problems, names(jobs)]).toEqual([[], ['a.py']])
    expect(jobs[0]?.spec).not.toHaveProperty('source.line')
  })

  test('ends where PEP 723 says, and is none without an end', async () => {
    const drop = new JobDrop()
    // The specification's own example of a block that holds something like an end.
    const inner =
      '# /// script\n# [tool.jobyard]\n# name = "a"\n# env.X = """\n# ///\n# """\n# ///\n#\nx = 1\n'
    const open = '# /// script\n# [tool.jobyard]\n# name = "b"\n\n# ///\n'
    const { jobs, problems } = await drop.read([drop.write('a.py', inner), drop.write('b.py', open)])
    expect([problems, names(jobs)]).toEqual([[], ['a', 'b.py']])
    expect(jobs[0]?.spec.env).toEqual({ X: '///\n' })
  })

  test.each([
    ['# /// jobyard\n# name = "x"\n# ///\n', '1:1 SYNTAX'],
    ['# /// script\n# [tool.jobyard]\n# ///\n\n# /// script\n# ///\n', '5:1 SYNTAX'],
    ['# /// script\n# ///\n\n# /// script\n# [tool.jobyard]\n# ///\n', '4:1 SYNTAX'],
    ['# /// script\n# [tool]\n# jobyard = 5\n# ///\n', '3:13 INVALID tool.jobyard'],
  ])('that is none is told: %j', async (text, place) => {
    const drop = new JobDrop()
    expect(places((await drop.read([drop.write('a.py', text)])).problems)).toEqual([place])
  })

  test('is looked for in what its first line says is Python', async () => {
    const drop = new JobDrop()
    const path = drop.write('tool', SCRIPT, 0o755)
    expect(names((await drop.read([path])).jobs)).toEqual(['count words'])
  })
})

describe('a script with a header in line comments', () => {
  test.each([
    ['a.sh', '#!/bin/sh\n# /// jobyard\n# name = "x"\n#\n# priority = 3\n# ///\n# more\necho\n'],
    ['a.js', '// /// jobyard\r\n// name = "x"\r\n// priority = 3\r\n// ///\r\nlet x\r\n'],
    ['a.ts', "import 'node:fs'\n\n//  a note\n// /// jobyard\n// name = 'x'\n// priority = 3\n// ///\n"],
    ['a.ps1', '\ufeff# /// jobyard\n# name = "x"\n# priority = 3\n# ///\n'],
    ['lua', '#!/usr/bin/env lua\n-- /// jobyard\n-- name = "x"\n-- priority = 3\n-- ///\n'],
  ])('takes its settings from it: %s', async (name, text) => {
    const drop = new JobDrop()
    const { jobs, problems } = await drop.read([drop.write(name, text, 0o755)])
    expect(problems).toEqual([])
    expect(jobs.map(({ spec }) => [spec.name, spec.priority, spec.task.kind])).toEqual([['x', 3, 'script']])
  })

  test.each(['REM', '@rem', '::'])('may be a batch file: %s', (mark) => {
    const lines = [`${mark} /// jobyard`, `${mark} name = "x"`, mark, `${mark} ///`, 'echo on']
    expect(findHeader(Buffer.from(lines.join('\r\n')), false)).toEqual({
      ...{ toml: 'name = "x"\n', line: 2, indent: mark.length + 1, path: [] },
    })
  })

  test('may not be a book', async () => {
    const drop = new JobDrop()
    const text = `#!/bin/sh\n# /// jobyard\n${`# # ${'x'.repeat(60)}\n`.repeat(2_000)}# ///\n`
    expect(places((await drop.read([drop.write('a.sh', text)])).problems)).toEqual(['2:1 TOO_LARGE'])
  })

  test('tells each fault at its line and column', async () => {
    const drop = new JobDrop()
    const header = [
      'prioritty = 3',
      'timeout = "soon"',
      'retry = { limit = 2, limt = 3, exit_codes = [75, 0] }',
      'env.A = [1]',
      'args = [1.10, "x"]',
      'command = "ls"',
      '[stop]',
      'signal = "SIGNONE"',
    ]
    const text = `#!/bin/sh\n# /// jobyard\n${header.map((line) => `# ${line}\n`).join('')}# ///\n`
    const { count, problems } = await drop.read([drop.write('a.sh', text)])
    expect(count).toBe(0)
    expect(places(problems)).toEqual([
      '3:3 UNKNOWN_KEY prioritty',
      '4:13 INVALID timeout',
      '5:24 UNKNOWN_KEY retry.limt',
      '5:52 INVALID retry.exit_codes[1]',
      '6:11 INVALID env.A',
      '7:11 INVALID args[0]',
      '8:3 CONFLICT command',
      '10:12 INVALID stop.signal',
    ])
  })

  test.each([
    ['name = "x', '3:10'],
    ['name = "x"\n# name = "y"', '4:3'],
    ['= 5', '3:3'],
  ])('that is no TOML is told with its place: %j', async (toml, place) => {
    const drop = new JobDrop()
    const { problems } = await drop.read([drop.write('a.sh', `#!/bin/sh\n# /// jobyard\n# ${toml}\n# ///\n`)])
    expect(problems[0]?.code).toBe('SYNTAX')
    expect(problems[0]?.message).toMatch(/^This header is not TOML: .+\.$/)
    expect(`${problems[0]?.line ?? 0}:${problems[0]?.column ?? 0}`).toBe(place)
  })

  test('without an end is a fault, because it was meant to be one', async () => {
    const drop = new JobDrop()
    const { problems } = await drop.read([
      drop.write('a.sh', '#!/bin/sh\n# /// jobyard\n# name = "x"\necho\n'),
    ])
    expect(places(problems)).toEqual(['2:1 SYNTAX'])
    expect(problems[0]?.message).toContain('"# ///"')
  })

  test('becomes many jobs where it says so', async () => {
    const drop = new JobDrop()
    const header =
      '# args = ["{}", "${{ matrix.n }}"]\n# inputs.values = ["a b"]\n# strategy.matrix.n = [1, 2]'
    const { jobs, problems } = await drop.read([
      drop.write('many.sh', `#!/bin/sh\n# /// jobyard\n# name = "many"\n${header}\n# ///\n`),
    ])
    expect(problems).toEqual([])
    expect(names(jobs)).toEqual(['many (a b, 1)', 'many (a b, 2)'])
    expect(jobs[1]?.spec.task).toMatchObject({ kind: 'script', args: ['a b', '2'] })
  })

  test('does not count for a job file that runs it', async () => {
    const drop = new JobDrop()
    drop.write('a.sh', '#!/bin/sh\n# /// jobyard\n# name = "x"\n# wrong = 1\n# ///\n')
    const { jobs, problems } = await drop.readText('a.job.yaml', 'name: mine\nscript: a.sh\n')
    expect([problems, names(jobs)]).toEqual([[], ['mine']])
  })
})
