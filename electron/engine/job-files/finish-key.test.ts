import { expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'
import type { JobSpec } from '../../../shared/job-spec.ts'

async function hooks(name: string, text: string): Promise<JobSpec['on_finish'][]> {
  const { jobs, problems } = await new JobDrop().readText(name, text)
  expect(problems).toEqual([])
  return jobs.map(({ spec }) => spec.on_finish)
}

test('a command that follows is a text, or a map that says after which end; a job has its own or that of the defaults', async () => {
  const text = `version: 1
defaults: { on_finish: 'echo {name}' }
jobs:
  - command: a
  - command: b
    on_finish: { command: 'echo {id} \${HOME}', if: failure }
  - { command: c, on_finish: { command: d } }
`
  expect(await hooks('a.job.yaml', text)).toEqual([
    { command: 'echo {name}', if: 'always' },
    { command: 'echo {id} ${HOME}', if: 'failure' },
    { command: 'd', if: 'always' },
  ])
})

test('a sweep fills what it knows, quoted for the shell, and leaves the fields of the job for its end', async () => {
  const text = `command: [cp, '{}', '\${{ matrix.to }}']
inputs: { values: ["it's a.mov"] }
strategy: { matrix: { to: [x y] } }
on_finish: { command: "rm {} && echo {.} \${{ matrix.to }} {state} {id}", if: success }
`
  expect(await hooks('a.job.yaml', text)).toEqual([
    { command: `rm 'it'"'"'s a.mov' && echo 'it'"'"'s a' 'x y' {state} {id}`, if: 'success' },
  ])
})

test('a column of a table, a key of JSON lines and a header of a script say the same', async () => {
  const wanted = [{ command: 'echo {state}', if: 'always' }]
  expect(await hooks('a.csv', 'command,on_finish\ntrue,echo {state}\n')).toEqual(wanted)
  expect(await hooks('a.csv', 'command,on_finish.command,on_finish.if\ntrue,x,success\n')).toEqual([
    { command: 'x', if: 'success' },
  ])
  expect(await hooks('a.jsonl', '{"command":["true"],"on_finish":"echo {state}"}\n')).toEqual(wanted)
  const script = '#!/bin/sh\n# /// jobyard\n# on_finish = "echo {state}"\n# ///\ntrue\n'
  expect(await hooks('a.sh', script)).toEqual(wanted)
})

test('a fault is told at its place', async () => {
  const told = async (text: string) => {
    const { problems } = await new JobDrop().readText('a.job.yaml', text)
    return problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
  }
  expect(await told('command: x\non_finish: { comand: y }\n')).toEqual([
    '2:12 Missing: a command line.',
    '2:14 Unknown key "comand". Did you mean "command"?',
  ])
  expect(await told('command: x\non_finish: { command: y, if: never }\n')).toEqual([
    expect.stringMatching(/^2:30 .*success, failure, always/),
  ])
  expect(await told('command: x\ninputs: { values: [a] }\non_finish: echo {%}\n')).toEqual([
    expect.stringContaining('3:12 The slot {%} is one of the job only while it runs.'),
  ])
  expect(await told('command: x\non_finish: echo ${{ needs.a.result }}\nneeds: [a]\n')).not.toEqual([])
})
