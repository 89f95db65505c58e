import { expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { parseSpecText, splitSpecText, writeSpecText } from './spec-text.ts'

const ODD = 'a "quoted" \\ line\nbreak \u2028 \ud83d\ude00'
const SOURCE = { file: `/jobs/${ODD}.jsonl`, line: 7 }
const LIST = { kind: 'command', argv: ['tool', '', ODD], shell_command: null } as const
const SPECS: readonly [string, JobSpec][] = [
  ['a list', { name: 'a', task: { ...LIST, argv: [...LIST.argv] }, cwd: '/jobs', source: SOURCE }],
  [
    'a line of the shell',
    { name: ODD, task: { kind: 'command', argv: null, shell_command: ODD }, cwd: ODD, source: SOURCE },
  ],
  ['no source', { name: 'c', task: { kind: 'command', argv: null, shell_command: 'true' }, cwd: '/' }],
  [
    'a source without a line',
    {
      ...{ name: 'd', task: { kind: 'command', argv: ['x'], shell_command: null }, cwd: '/' },
      source: { file: '/jobs/x.sh' },
    },
  ],
  [
    'a script and more keys',
    {
      name: 'e',
      task: { kind: 'script', sha256: 'f'.repeat(64), original_path: '/x', interpreter: ['sh'], args: [ODD] },
      ...{ cwd: '/', env: { LANG: ODD }, group: 'video', priority: 3, source: SOURCE },
    },
  ],
  ['a module', { name: 'f', task: { kind: 'module', module: '/m.ts' }, cwd: '/', source: SOURCE }],
  [
    'a module with an input',
    { name: 'g', task: { kind: 'module', module: '/m.ts', with: { text: ODD } }, cwd: '/', hold: true },
  ],
]

test.each(SPECS)('a spec is read as it was written: %s', (_what, spec) => {
  expect(parseSpecText(writeSpecText(spec))).toEqual(spec)
})

test('jobs that differ in name, line and input only have the first line of their texts in common', () => {
  const job = (n: number): JobSpec => ({
    ...{ name: `job ${n}`, cwd: '/jobs', source: { file: '/jobs/a.jsonl', line: n } },
    task: { kind: 'module', module: '/m.ts', with: { n } },
  })
  const [one, two] = [writeSpecText(job(1)), writeSpecText(job(2))]
  const { common_end, input_json } = splitSpecText(one)
  expect(two.slice(0, common_end)).toBe(one.slice(0, common_end))
  expect(one.slice(common_end)).not.toBe(two.slice(common_end))
  expect(input_json).toBe('{"n":1}')
})
