import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { eventsOf, Place } from './cli-harness.ts'

const KILLS = 10
const JOBS = 120

const listedSchema = z.array(
  z.object({ id: z.int(), name: z.string(), state: z.string(), attempts: z.int() }),
)

/** Says what ran, in one write each, so that lines of jobs at once do not mix. */
const RECORD = 'echo "$JOBYARD_JOB_NAME $JOBYARD_ATTEMPT_NUMBER" >> ran.txt; sleep 0.01'

const MODULE = `import { appendFileSync } from 'node:fs'
export default async (input, job) => {
  appendFileSync('ran.txt', job.name + ' ' + job.attempt + '\\n')
  return { n: input.n }
}`

function jobLine(index: number): object {
  const shared = { name: `job-${index}`, on_interrupt: 'requeue', priority: index % 3 }
  return index % 2 === 0
    ? { ...shared, command: RECORD }
    : { ...shared, module: './record.mjs', with: { n: index } }
}

test('an owner that is killed ten times loses no job and runs none more often than it recorded', async () => {
  const place = new Place()
  place.write('record.mjs', MODULE)
  const lines = Array.from({ length: JOBS }, (_, index) => JSON.stringify(jobLine(index)))
  place.write('many.jsonl', `${lines.join('\n')}\n`)

  const first = place.start(['start', 'many.jsonl', '-c', '2', '--json'])
  await first.says('"type":"submitted"', 'stdout')
  await killSoon(first)
  for (let kill = 1; kill < KILLS; kill += 1) {
    const owner = place.start(['start', '--until-idle', '-c', '2', '--json'])
    // It works again: something ended under it, or there was nothing left.
    await Promise.race([owner.says('"type":', 'stdout'), owner.ended])
    await killSoon(owner)
  }
  const last = await place.cli('start', '--until-idle', '-c', '2', '--json')
  expect(eventsOf(last.stdout).at(-1)).toMatchObject({
    type: 'summary',
    failed: 0,
    interrupted: 0,
    not_run: 0,
  })

  const listed = listedSchema.parse(JSON.parse((await place.cli('ls', '--json', '--limit', '1000')).stdout))
  expect(listed.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
    Array.from({ length: JOBS }, (_, index) => index + 1),
  )
  expect(listed.filter(({ state }) => state !== 'succeeded')).toEqual([])
  const runs = Map.groupBy(
    readFileSync(place.path('ran.txt'), 'utf8').trimEnd().split('\n'),
    (line) => line.split(' ')[0],
  )
  for (const { name, attempts } of listed) {
    const own = runs.get(name) ?? []
    expect(new Set(own).size, `${name} ran an attempt twice: ${own.join(', ')}`).toBe(own.length)
    expect(own.length, `${name} ran ${own.length} times in ${attempts} attempts`).toBeLessThanOrEqual(
      attempts,
    )
    expect(own.length, `${name} never ran`).toBeGreaterThan(0)
  }
}, 120_000)

/** SIGKILL at a moment that nobody chose. */
async function killSoon(owner: ReturnType<Place['start']>): Promise<void> {
  await wait(Math.random() * 60)
  owner.signal('SIGKILL')
  await owner.ended
}
