import { expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import { LateTexts } from './late-texts.ts'

const VALUES: Readonly<Record<string, unknown>> = {
  'fetch.result.file': "it's $(rm -rf /) '${{ needs.fetch.result.n }}'",
  'fetch.result.n': 7,
  'fetch.result.list.1': { a: [1, null] },
  'fetch.result.none': null,
  'fetch.result.nul': 'a\0b',
  'clean up.state': 'failed',
  '17.exit_code': 0,
}
const texts = new LateTexts(
  new Set(['fetch', 'clean up', '17']),
  ({ label, part, path, hole }) => {
    const value = VALUES[[label, part, ...path].join('.')]
    if (value === undefined) throw new Error(`${hole} is not there`)
    return value
  },
  'linux',
)

test('values are quoted for the shell and nowhere else, and what they hold is never looked at again', () => {
  const text = 'echo ${{ needs.fetch.result.file }} ${{needs.fetch.result.n}}'
  expect(texts.text(text, true)).toBe(`echo 'it'"'"'s $(rm -rf /) '"'"'\${{ needs.fetch.result.n }}'"'" 7`)
  expect(texts.text('${{ needs.fetch.result.file }}!')).toBe(`${String(VALUES['fetch.result.file'])}!`)
  expect(texts.text('x ${{ raw(needs.fetch.result.n) }}', true)).toBe('x 7')
})

test('names in quotes, ids, numbers in lists, states and codes are understood; all else means itself', () => {
  expect(
    texts.text("${{ needs['clean up'].state }} ${{ needs[17].exit_code }} ${{ needs['17'].exit_code }}"),
  ).toBe('failed 0 0')
  expect(texts.text('${{ needs.fetch.result.list[1] }}')).toBe('{"a":[1,null]}')
  expect(texts.text("${{ matrix.x }} ${{ !! }} {} $HOME ${{ '${{' }} a }}")).toBe(
    '${{ matrix.x }} ${{ !! }} {} $HOME ${{ a }}',
  )
})

test('in the input of a module a text that is one value becomes the value', () => {
  expect(
    texts.json({
      a: '${{ needs.fetch.result.list[1] }}',
      b: ['n ${{ needs.fetch.result.n }}', 3],
      c: '${{ needs.fetch.result.none }}',
    }),
  ).toEqual({ a: { a: [1, null] }, b: ['n 7', 3], c: null })
})

test('null has no place in a text, and what is missing is thrown', () => {
  expect(() => texts.text('rm -rf ${{ needs.fetch.result.none }}/', true)).toThrow('is null')
  expect(() => texts.text('x ${{ needs.fetch.result.nul }}')).toThrow('NUL')
  expect(() => texts.text('${{ needs.fetch.result.nowhere }}')).toThrow('is not there')
})

test('the spec stays as it is written, and each need is given the name it is used by', async () => {
  const drop = new JobDrop()
  drop.write('m.mjs', '')
  const read = await drop.readText(
    'a.job.yaml',
    `defaults: { env: { N: '\${{ needs.fetch.result.n }}' } }
jobs:
  - { name: fetch, command: x, env: { N: a } }
  - { name: clean up, command: x, env: { N: a } }
  - { name: use, command: 'echo \${{ needs[''clean up''].state }} \${{ env.HOME }}', cwd: '\${{ needs.fetch.result.dir }}', needs: [fetch, clean up, { id: 3 }] }
  - { name: input, module: ./m.mjs, with: { a: ['\${{ needs.fetch.result }}'] }, env: { N: a }, needs: [fetch] }
  - { name: none, command: 'echo \${{ x }}', env: { N: a }, needs: [fetch] }
`,
  )
  expect(read.problems).toEqual([])
  const [, , use, input, none] = read.jobs
  expect(use).toMatchObject({
    spec: {
      task: { shell_command: "echo ${{ needs['clean up'].state }} ${{ env.HOME }}" },
      ...{
        cwd: '${{ needs.fetch.result.dir }}',
        env: { N: '${{ needs.fetch.result.n }}' },
        fills_needs: true,
      },
    },
    needs: [
      { on: { job_id: 3 }, condition: 'success' },
      { on: { index: 0 }, condition: 'success', label: 'fetch' },
      { on: { index: 1 }, condition: 'success', label: 'clean up' },
    ],
  })
  expect(input?.spec).toMatchObject({
    fills_needs: true,
    task: { with: { a: ['${{ needs.fetch.result }}'] } },
  })
  expect(none?.spec.fills_needs).toBeUndefined()
  expect(none?.needs).toEqual([{ on: { index: 0 }, condition: 'success' }])
})

test('a sweep keeps values of needs for later, and its own values mean nothing then', async () => {
  const drop = new JobDrop()
  const { jobs, problems } = await drop.readText(
    'a.job.yaml',
    `jobs:
  - { name: a, command: x }
  - name: b
    command: ['x', '\${}\${{ needs.a.result.n }}', '{}']
    needs: [a]
    inputs: { values: ['{{ needs.a.result.n }}', '\${{ needs.a.state }}'] }
`,
  )
  expect(problems).toEqual([])
  const late = new LateTexts(new Set(['a']), () => 'V')
  const argv = jobs
    .slice(1)
    .map(({ spec: { task, fills_needs } }) =>
      task.kind === 'command' && fills_needs === true ? task.argv?.map((text) => late.text(text)) : null,
    )
  expect(argv).toEqual([
    ['x', '${{ needs.a.result.n }}V', '{{ needs.a.result.n }}'],
    ['x', '$${{ needs.a.state }}V', '${{ needs.a.state }}'],
  ])
})

test('values of no job, of several, of many, inside quotes, or where they come too late are faults', async () => {
  const drop = new JobDrop()
  drop.write('b.job.yaml', 'name: two\ncommand: x\n')
  drop.write(
    'a.job.yaml',
    `jobs:
  - { name: one, command: x }
  - { name: two, command: x }
  - { name: many, command: [x, '{}'], inputs: { values: [a, b] } }
  - { command: [x, '\${{ needs.on.state }}'], needs: [one] }
  - { command: [x, '\${{ needs.one.output }}'], needs: [one] }
  - { command: [x, '\${{ needs.one }}'], needs: [one] }
  - { command: 'x "\${{ needs.one.result }}"', needs: [one] }
  - { command: 'x \${{ needs.one..result }}', needs: [one] }
  - { command: [x, '\${{ needs.two.result }}'], needs: [two, { job: two, file: b.job.yaml }] }
  - { command: [x, '\${{ needs.many.result }}'], needs: [many] }
  - { name: 'n \${{ needs.one.result }}', command: x, needs: [one] }
`,
  )
  drop.write(
    'c.jsonl',
    '{"name":"s","command":"x {}","inputs":{"values":["1","2"]}}\n{"command":"x ${{ needs.s.result }}","needs":["s"]}\n',
  )
  const { jobs, problems } = await drop.read()
  expect(names(jobs).sort()).toEqual(['many (a)', 'many (b)', 'one', 's (1)', 's (2)', 'two', 'two'])
  expect(
    places(problems)
      .map((place) => place.slice(place.indexOf(' ') + 1))
      .sort(),
  ).toEqual([
    'BAD_EXPRESSION command',
    'BAD_EXPRESSION jobs[10].name',
    'BAD_EXPRESSION jobs[6].command',
    'BAD_EXPRESSION jobs[7].command',
    'BAD_EXPRESSION jobs[8].command[1]',
    'BAD_EXPRESSION jobs[9].command[1]',
    'UNKNOWN_VALUE jobs[3].command[1]',
    'UNKNOWN_VALUE jobs[4].command[1]',
    'UNKNOWN_VALUE jobs[5].command[1]',
  ])
})
