import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { fillHook, hookEnv, jobFields } from './hook-fields.ts'

const job = {
  ...({ id: 7, submission_id: 1, state: 'failed', cause: 'exit', exit_code: 3, attempts: 2 } as const),
  ...{ queued_ms: 0, started_ms: 1_000, ended_ms: 3_500, result: null },
}

test.each([`it's`, '$(touch pwned)', 'a "b" `c`', '-rf; rm', 'two\nlines', '{id}', 'größe ✓'])(
  'a job called %j is one word of the command, whatever its name holds',
  (name) => {
    const command = fillHook(
      `printf '%s|' {name} {exit_code} {duration_s} {group}`,
      jobFields({ ...job, name }, 'a b'),
      'linux',
    )
    expect(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })).toBe(`${name}|3|2.5|a b|`)
  },
)

test('braces that name no field are left to the shell', () => {
  expect(fillHook('echo {a,b} ${HOME} {nonsense} {id}', jobFields({ ...job, name: 'x' }, 'g'), 'linux')).toBe(
    'echo {a,b} ${HOME} {nonsense} 7',
  )
})

test('each field is a variable, too', () => {
  expect(hookEnv('ENDED', jobFields({ ...job, name: 'x' }, 'g'))).toMatchObject({
    JOBYARD_ENDED_ID: '7',
    JOBYARD_ENDED_EXIT_CODE: '3',
    JOBYARD_ENDED_ENDED_AT: '1970-01-01T00:00:03.500Z',
  })
})
