import { execFileSync, spawnSync } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../fakes/temp-dir.ts'

const root = resolve(import.meta.dirname, '../..')

/** The environment of a person's shell: without what npm adds for the scripts of this checkout. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (/^(npm_|NODE_|VITEST|JOBYARD_|INIT_CWD)/i.test(name) && !/^npm_config_/i.test(name)) continue
    env[name] = value
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  env['PATH'] = folders.filter((folder) => !folder.includes('node_modules')).join(delimiter)
  return env
}

test('a new user clones, installs, runs the examples, and exactly the jobs fail that are meant to', () => {
  const clone = join(tempDir(), 'jobyard')
  const env = plainEnvironment()
  execFileSync('git', ['clone', '--quiet', root, clone], { env })
  execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: clone,
    env,
    stdio: 'pipe',
  })
  const run = spawnSync('npx', ['jobyard', 'run', 'resources/examples', '--json'], {
    cwd: clone,
    env,
    encoding: 'utf8',
  })
  const jobs: { name: string; state: string }[] = []
  for (const line of run.stdout.trim().split('\n')) {
    const event: unknown = JSON.parse(line)
    if (isJobLine(event)) jobs.push(event)
  }
  const notSucceeded = jobs
    .filter(({ state }) => state !== 'succeeded')
    .map(({ name, state }) => `${state} ${name}`)
  expect(notSucceeded.sort()).toEqual([
    'failed fails on purpose',
    'failed times out on purpose',
    'skipped skipped because its need failed',
  ])
  expect(jobs).toHaveLength(34)
  expect(run.status).toBe(1)
}, 240_000)

function isJobLine(event: unknown): event is { name: string; state: string } {
  return typeof event === 'object' && event !== null && 'type' in event && event.type === 'job'
}
