import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '../..')
const folder = join(ROOT, '.github/workflows')

const stepSchema = z.object({ run: z.string().optional(), uses: z.string().optional() })
const jobSchema = z.object({
  'runs-on': z.string(),
  steps: z.array(stepSchema).min(1),
  needs: z.string().optional(),
  strategy: z
    .object({ matrix: z.object({ include: z.array(z.record(z.string(), z.string())).optional() }) })
    .optional(),
})
const workflowSchema = z.object({ on: z.unknown(), jobs: z.record(z.string(), jobSchema) })

const workflows = readdirSync(folder).map((name) => ({
  name,
  ...workflowSchema.parse(parse(readFileSync(join(folder, name), 'utf8'))),
}))

/** Every command of a workflow, for each entry of its matrix. */
function commandsOf(workflow: (typeof workflows)[number]): string[] {
  return Object.values(workflow.jobs).flatMap(({ steps, strategy }) =>
    steps.flatMap(({ run = '' }) =>
      (strategy?.matrix.include ?? [{}]).map((entry) =>
        Object.entries(entry).reduce(
          (text, [name, value]) => text.replaceAll(`\${{ matrix.${name} }}`, value),
          run,
        ),
      ),
    ),
  )
}

test.each(workflows)('$name runs only scripts that are there', (workflow) => {
  const text = commandsOf(workflow).join('\n')
  const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
  const files = [...text.matchAll(/(?:^|\s)((?:scripts|\.ci)\/[\w./-]+)/gm)].map(([, path = '']) => path)
  expect(scripts.length + files.length).toBeGreaterThan(0)
  expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([])
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('nobody outside of GitHub has a hand in what is released', () => {
  const used = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps))
  const actions = used.flatMap(({ uses }) => uses ?? [])
  expect(actions.length).toBeGreaterThan(0)
  expect(actions.filter((action) => !action.startsWith('actions/'))).toEqual([])
})

test('a release is built for all three systems, and tried in each of them', () => {
  const release = workflows.find(({ name }) => name === 'release.yml')
  const systems = release?.jobs['build']?.strategy?.matrix.include?.map(({ system }) => system)
  expect(systems).toEqual(['linux', 'mac', 'win'])
  const commands = commandsOf(release ?? expect.fail())
  for (const system of systems ?? []) {
    const builds = (command: string, what: string): boolean =>
      command.startsWith(`npm run dist:${system ?? ''} -- ${what}`)
    const specs = commands.findIndex((command) => builds(command, '--for-specs'))
    const building = commands.findIndex((command) =>
      builds(command, system === 'mac' ? '--universal' : '--x64'),
    )
    expect(specs).toBeGreaterThanOrEqual(0)
    expect(building).toBeGreaterThan(specs)
  }
})
