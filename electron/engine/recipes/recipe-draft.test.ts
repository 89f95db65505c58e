import { expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'
import { recipeDraft } from './recipe-draft.ts'

test('a recipe made of a job does the same for another file, whatever braces the job has', async () => {
  const drop = new JobDrop()
  const { jobs } = await drop.readText(
    'a.job.yaml',
    `jobs:
  - command: 'awk ''{print} {} \${{ x }}'' "/data/a b.txt" > {#}'
    env: { KEEP: '{/}', FILE: '/data/a b.txt' }
    retry: 2
    timeout: 300%
  - command: [cat, '{file}', '/data/a b.txt']
`,
  )
  const file = drop.write('c.txt', '')
  for (const { spec } of jobs) {
    drop.write('r.recipe.yaml', recipeDraft(spec, '/data/a b.txt'))
    const made = await drop.read([file], { recipe: { file: drop.path('r.recipe.yaml') } })
    expect(made.problems).toEqual([])
    const text = JSON.stringify([spec.task, spec.env, spec.retry, spec.timeout_percent, spec.cwd])
    const wanted = text.replaceAll('\\"/data/a b.txt\\"', file).replaceAll('/data/a b.txt', file)
    const again = made.jobs[0]?.spec
    expect(JSON.stringify([again?.task, again?.env, again?.retry, again?.timeout_percent, again?.cwd])).toBe(
      wanted,
    )
  }
})
