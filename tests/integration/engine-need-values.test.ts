/** What needed jobs came to, in the texts of those that need them: read when they start, and never silently missing. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openHistory } from '../../electron/engine/store/history.ts'
import type { JobSpec, NewJob } from '../../shared/job-spec.ts'
import type { RealEngine } from './real-engine.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'

type Want = readonly [index: number, label: string, condition?: 'success' | 'failure' | 'always']

function using(spec: JobSpec, ...wants: readonly Want[]): NewJob {
  return {
    spec: { ...spec, fills_needs: true },
    needs: wants.map(([index, label, condition = 'success']) => ({ on: { index }, condition, label })),
  }
}

const gives = (json: string, more: Partial<JobSpec> = {}): JobSpec => shell(`echo '{"result":${json}}'`, more)

async function printed(real: RealEngine, job_id: number): Promise<string> {
  return (await real.output(job_id)).toString('utf8')
}

test('a command, its arguments, its variables, its folder and the input of a module get the values', async () => {
  const real = await openEngine({ concurrency: 2 })
  const dir = real.path('.')
  const module = real.file('give.mjs', 'export default (input) => input\n')
  const plain = shell('printf "%s|" ${{ needs.get.result.text }} ${{ needs.get.result.list[1] }} "$V"; pwd')
  const argv = ['printf', '%s|', "${{ needs['to fail'].state }} ${{ needs['to fail'].exit_code }}", '{}']
  const ended = await real.run(
    gives(`{"text":"it is $(false) \\\\"5\\\\"","list":[1,{"a":null}],"dir":"${dir}"}`),
    shell('exit 3'),
    using({ ...plain, env: { V: 'v ${{ needs.get.result.list }}' }, cwd: '${{ needs.get.result.dir }}' }, [
      0,
      'get',
    ]),
    using({ ...shell('list'), task: { kind: 'command', argv, shell_command: null } }, [
      1,
      'to fail',
      'always',
    ]),
    using(
      {
        ...act({}),
        task: {
          kind: 'module',
          module,
          with: { all: '${{ needs.get.result }}', n: ['${{ needs[7].state }}'] },
        },
      },
      [0, 'get'],
      [0, '7', 'always'],
    ),
  )
  expect(ended.map(({ state }) => state)).toEqual([
    'succeeded',
    'failed',
    'succeeded',
    'succeeded',
    'succeeded',
  ])
  const [, , command = 0, list = 0] = ended.map(({ id }) => id)
  expect(await printed(real, command)).toBe(
    `it is $(false) "5"|{"a":null}|v [1,{"a":null}]|${dir.replace(/\/\.$/, '')}\n`,
  )
  expect(await printed(real, list)).toBe('failed 3|{}|')
  expect(JSON.parse(ended[4]?.result ?? '')).toEqual({
    ...{ all: { text: 'it is $(false) "5"', list: [1, { a: null }], dir }, n: ['succeeded'] },
  })
  // The spec is as it was queued, the attempt tells what ran.
  const history = openHistory(real.paths.dir)
  const shown = history.show(command)
  history.close()
  expect(shown?.spec).toMatchObject({ task: plain.task, cwd: '${{ needs.get.result.dir }}' })
  expect(shown?.attempts[0]?.ran).toBe(
    `printf "%s|" 'it is $(false) "5"' '{"a":null}' "$V"; pwd\ncwd: ${dir.replace(/\/\.$/, '')}\nV=v [1,{"a":null}]`,
  )
})

test('a job whose value is missing fails without being run, says what is missing, and is not tried again', async () => {
  const real = await openEngine({ concurrency: 1 })
  const touch = (hole: string): JobSpec =>
    shell(`echo x >> ${real.path('ran')}; rm -rf "$HOME"/${hole}`, { retry: retry(3) })
  const ended = await real.run(
    gives('{"a":{"b":null}}'),
    shell('true'),
    using(touch('${{ needs.x.result.nowhere }}'), [0, 'x']),
    using(touch('${{ needs.x.result.a.b }}'), [0, 'x']),
    using(touch('${{ needs.x.result.a.b.c }}'), [0, 'x']),
    using(touch('${{ needs.x.result }}'), [1, 'x']),
    using(shell('true'), [1, 'x']),
  )
  expect(ended.map(({ state }) => state)).toEqual([
    ...['succeeded', 'succeeded', 'failed', 'failed', 'failed', 'failed', 'succeeded'],
  ])
  const errors = await Promise.all(ended.slice(2, 6).map(async ({ id }) => (await real.page(id)).attempts))
  expect(errors.map((attempts) => attempts.map(({ error }) => error))).toEqual([
    [
      '${{ needs.x.result.nowhere }} has no value: the result of job 1 has no "nowhere": it is {"a":{"b":null}}. Nothing was run.',
    ],
    ['${{ needs.x.result.a.b }} is null, which has no place in a text.'],
    [
      '${{ needs.x.result.a.b.c }} has no value: "a.b" in the result of job 1 has no "c": it is null. Nothing was run.',
    ],
    ['${{ needs.x.result }} has no value: job 2 (succeeded) has no result. Nothing was run.'],
  ])
  expect(real.lines('ran')).toEqual([])
})

test('the value is that of the last attempt when the job starts: after a retry, and after a restart', async () => {
  const real = await openEngine({ concurrency: 1 })
  const counter = real.path('count')
  writeFileSync(counter, '')
  const counts = shell(
    `echo >> ${counter}; n=$(wc -l < ${counter}); echo "{\\"result\\":$((n))}"; test $n -gt 1`,
    { retry: retry(2) },
  )
  const use = using(shell('echo got ${{ needs.c.result }}'), [0, 'c'])
  const [count, first] = await real.run(counts, use)
  expect(await printed(real, first?.id ?? 0)).toBe('got 2\n')
  await real.engine.actions.restart({ ids: [count?.id ?? 0] })
  await real.engine.whenIdle()
  await real.engine.actions.restart({ ids: [first?.id ?? 0] })
  await real.engine.whenIdle()
  const page = await real.page(first?.id ?? 0)
  expect(page.attempts).toHaveLength(2)
  const history = openHistory(real.paths.dir)
  expect(history.show(first?.id ?? 0)?.attempts.map(({ ran }) => ran)).toEqual(['echo got 2', 'echo got 3'])
  history.close()
})

test('jobs that wait for values and short ones beside them run in order and each once', async () => {
  const real = await openEngine({ concurrency: 2 })
  const file = real.path('runs')
  const jobs: (JobSpec | NewJob)[] = [gives('{"n":1}')]
  for (let index = 1; index < 60; index += 1) {
    const input = { act: 'none', file, ...(index % 3 === 0 ? { more: '${{ needs.g.result.n }}' } : {}) }
    jobs.push(index % 3 === 0 ? using(act(input), [0, 'g']) : act(input))
  }
  const ended = await real.run(...jobs)
  expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['succeeded']))
  expect(new Set(real.lines('runs').filter((line) => line.startsWith('start'))).size).toBe(59)
})
