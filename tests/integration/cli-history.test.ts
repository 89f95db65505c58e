import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  CAUSES,
  JOB_KINDS,
  JOB_STATES,
  NEED_CONDITIONS,
  STOP_REASONS,
  WAIT_REASONS,
} from '../../shared/job.ts'
import { jobSpecSchema } from '../../shared/job-spec.ts'
import { BUILT_CLI } from '../built.ts'
import { jobsFile, Place } from './cli-harness.ts'

const time = z.iso.datetime({ precision: 3 })

const listedShape = {
  id: z.int().positive(),
  name: z.string(),
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  wait_reason: z.enum(WAIT_REASONS).nullable(),
  cause: z.enum(CAUSES).nullable(),
  exit_code: z.int().nullable(),
  group: z.string(),
  priority: z.int(),
  attempts: z.int(),
  queued_at: time,
  due_at: time.nullable(),
  started_at: time.nullable(),
  ended_at: time.nullable(),
}
const listSchema = z.array(z.strictObject(listedShape))
const needSchema = z.strictObject({
  id: z.int(),
  name: z.string().nullable(),
  state: z.enum(JOB_STATES).nullable(),
  if: z.enum(NEED_CONDITIONS),
  status: z.enum(['open', 'met', 'unmeetable']),
})
const shownSchema = z.strictObject({
  ...listedShape,
  slots: z.int(),
  stop_reason: z.enum(STOP_REASONS).nullable(),
  submission: z.strictObject({ id: z.int(), label: z.string().nullable(), created_at: time.nullable() }),
  needs: z.array(needSchema),
  needs_count: z.int(),
  dependents: z.array(needSchema),
  dependents_count: z.int(),
  spec: jobSpecSchema,
  attempts: z.array(
    z.strictObject({
      number: z.int().positive(),
      pid: z.int().nullable(),
      started_at: time,
      ended_at: time.nullable(),
      cause: z.enum(CAUSES).nullable(),
      exit_code: z.int().nullable(),
      signal: z.string().nullable(),
      error: z.string().nullable(),
      result: z.json(),
      log: z.strictObject({ stdout_bytes: z.int(), stderr_bytes: z.int(), cut_bytes: z.int() }).nullable(),
    }),
  ),
})

const JOBS = [
  { name: 'printer', command: 'printf "out\\377"; sleep 0.1; printf err >&2', retry: { limit: 0 } },
  {
    name: 'bad',
    command: 'echo "attempt failed" >&2; exit 4',
    retry: { limit: 1, interval: '1ms' },
    group: 'other',
  },
  { name: 'needs bad', command: 'true', needs: [{ job: 'bad', if: 'success' }] },
  { name: 'held', command: 'true', hold: true, priority: 5 },
]

let root = ''
/** For tests that only read. */
let shared: Place

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'jobyard-cli-'))
  shared = await worked(new Place(root))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

/** A place whose data directory holds one job that succeeded, one that failed twice, one skipped and one held. */
async function worked(place = new Place()): Promise<Place> {
  place.write('a.job.json', jobsFile(...JOBS))
  expect((await place.cli('start', '--until-idle', 'a.job.json')).code).toBe(1)
  return place
}

async function list(place: Place, ...args: readonly string[]): Promise<z.infer<typeof listSchema>> {
  const end = await place.cli('ls', '--json', ...args)
  expect([end.code, end.stderr]).toEqual([0, ''])
  return listSchema.parse(JSON.parse(end.stdout))
}

describe('reading', () => {
  test('ls lists the newest first, as a table and as JSON, through every filter', async () => {
    const place = shared
    const all = await list(place)
    expect(all.map(({ id, name, state, wait_reason }) => [id, name, state, wait_reason])).toEqual([
      [4, 'held', 'held', 'held'],
      [3, 'needs bad', 'skipped', null],
      [2, 'bad', 'failed', null],
      [1, 'printer', 'succeeded', null],
    ])
    expect(all[2]).toMatchObject({ group: 'other', attempts: 2, cause: 'exit', exit_code: 4 })
    const ids = async (...args: string[]): Promise<number[]> =>
      (await list(place, ...args)).map(({ id }) => id)
    expect(await ids('--state', 'failed,skipped')).toEqual([3, 2])
    expect(await ids('--state', 'failed', '--state', 'held')).toEqual([4, 2])
    expect(await ids('--name', 'BAD')).toEqual([3, 2])
    expect(await ids('--group', 'other')).toEqual([2])
    expect(await ids('--limit', '1')).toEqual([4])
    expect(await ids('--group', 'nobody')).toEqual([])
    const { stdout } = await place.cli('ls')
    expect(stdout.split('\n')[0]).toBe('ID  STATE      NAME       GROUP    ATTEMPTS   TIME  DETAILS')
    expect(stdout).toMatch(/^ 2 {2}failed +bad +other +2 +\S+ +exit code 4$/m)
  })

  test('show tells everything about a job, as a page and as JSON', async () => {
    const place = shared
    const end = await place.cli('show', '2', '--json')
    expect([end.code, end.stderr]).toEqual([0, ''])
    const shown = shownSchema.parse(JSON.parse(end.stdout))
    expect(shown).toMatchObject({
      id: 2,
      state: 'failed',
      submission: { id: 1 },
      needs: [],
      dependents: [{ id: 3, if: 'success' }],
    })
    expect(shown.attempts.map(({ number, exit_code }) => [number, exit_code])).toEqual([
      [1, 4],
      [2, 4],
    ])
    expect(shown.spec).toMatchObject({ name: 'bad', cwd: place.dir, group: 'other' })
    const page = await place.cli('show', '2')
    expect(page.stdout).toMatch(/^Job 2: bad\n {2}state +failed, exit code 4, /)
    expect(page.stdout).toContain('\nAttempt 2: exit code 4, ')
  })

  test('log prints the bytes as they were, of one stream or both, of one attempt or the last', async () => {
    const place = shared
    const bytes = await new Promise<Buffer>((resolve) => {
      const parts: Buffer[] = []
      const run = place.start(['log', '1'])
      run.child.stdout?.removeAllListeners('data').setEncoding('latin1')
      run.child.stdout?.on('data', (text: string) => parts.push(Buffer.from(text, 'latin1')))
      run.child.once('close', () => {
        resolve(Buffer.concat(parts))
      })
    })
    expect(bytes.toString('latin1')).toBe('out\u00fferr')
    expect((await place.cli('log', '1', '--stderr')).stdout).toBe('err')
    expect((await place.cli('log', '2', '--attempt', '1')).stdout).toBe('attempt failed\n')
    expect((await place.cli('log', '2', '--stdout')).stdout).toBe('')
  })

  test('export prints the whole history, the oldest first, in every format', async () => {
    const place = shared
    const text = async (...args: string[]): Promise<string> => {
      const end = await place.cli('export', '--format', ...args)
      expect([end.code, end.stderr]).toEqual([0, ''])
      return end.stdout
    }
    const names = z.array(z.looseObject({ name: z.string(), attempts: z.array(z.unknown()) }))
    const all = names.parse(JSON.parse(await text('json')))
    expect(all.map(({ name, attempts }) => [name, attempts.length])).toEqual([
      ['printer', 1],
      ['bad', 2],
      ['needs bad', 0],
      ['held', 0],
    ])
    expect(
      (await text('csv', '--state', 'failed')).split('\r\n').map((row) => row.split(',').slice(0, 2)),
    ).toEqual([['id', 'name'], ['2', 'bad'], ['']])
    expect((await text('joblog')).split('\n').map((row) => row.split('\t')[0])).toEqual(['Seq', '1', '2', ''])
    expect(await place.cli('export', '--format', 'xml')).toMatchObject({ code: 2, stdout: '' })
  })

  test('a job, an attempt or a directory that is not there is told in one line', async () => {
    const place = shared
    for (const [args, code, message] of [
      [['show', '99'], 1, /^jobyard: There is no job 99 in .*\n$/],
      [['log', '99'], 1, /^jobyard: There is no job 99 in .*\n$/],
      [['log', '4'], 1, /^jobyard: Job 4 has printed nothing: .*\n$/],
      [['log', '2', '--attempt', '3'], 2, /^jobyard: Job 2 has no attempt 3\. .*\n$/],
      [['show', 'x'], 2, /^jobyard: .*'x' is invalid.*\n$/],
      [['ls', '--state', 'done'], 2, /^jobyard: .*The states are .*\n$/],
      [['ls', '--data', '/dev/null'], 1, /^jobyard: The data directory \/dev\/null .*\n$/],
    ] as const) {
      const end = await place.cli(...args)
      expect([end.code, end.stdout], args.join(' ')).toEqual([code, ''])
      expect(end.stderr).toMatch(message)
    }
  })

  test('a data directory that is not there yet is empty, and is not made by looking', async () => {
    const place = new Place()
    expect(await list(place)).toEqual([])
    expect(await place.cli('ls')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'jobyard: there are no such jobs\n',
    })
    expect((await place.cli('cancel', '1')).stderr).toMatch(/^jobyard: There are no jobs in /)
    expect(place.leftovers()).toEqual([])
  })

  test('a reader that goes away ends the command quietly', async () => {
    const place = new Place()
    const lines = Array.from({ length: 3_000 }, (_, index) =>
      JSON.stringify({ version: 1, name: `job ${index}`, command: 'true', hold: true }),
    )
    place.write('many.jsonl', `${lines.join('\n')}\n`)
    expect((await place.cli('start', '--until-idle', 'many.jsonl')).code).toBe(0)
    const pipe = `"${process.execPath}" "${BUILT_CLI}" ls --json --data "${place.data}"; echo "exit $?" >&2`
    const shell = spawn('/bin/sh', ['-c', `{ ${pipe}; } | head -n 2`], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    await new Promise((resolve) => shell.once('close', resolve))
    expect(stdout.split('\n')).toHaveLength(3)
    expect(stderr).toBe('exit 0\n')
  })
})

describe('verbs', () => {
  test('say for each id what it was and is, and refuse those they do not apply to', async () => {
    const place = await worked()
    expect(await place.cli('release', '4')).toMatchObject({
      code: 0,
      stdout: 'job 4 held: held -> queued\n',
      stderr: '',
    })
    expect(await place.cli('hold', '4')).toMatchObject({ code: 0, stdout: 'job 4 held: queued -> held\n' })
    const refused = await place.cli('cancel', '1-2', '4', '99')
    expect(refused).toMatchObject({
      code: 1,
      stdout: 'job 4 held: held -> cancelled\n',
      stderr:
        'jobyard: job 1 (printer) is succeeded, cancel does not apply. These do: retry.\n' +
        'jobyard: job 2 (bad) is failed, cancel does not apply. These do: retry.\n' +
        'jobyard: there is no job 99 here. See `jobyard ls`.\n',
    })
    const retried = await place.cli('retry', '2')
    expect(retried).toMatchObject({ code: 0, stdout: 'job 2 bad: failed -> queued\n' })
    // The job that was skipped because of it waits for it again.
    expect(
      (await list(place, '--name', 'needs bad')).map(({ state, wait_reason }) => [state, wait_reason]),
    ).toEqual([['blocked', 'dependency']])
    expect((await place.cli('fail', '2')).stderr).toMatch(
      /^jobyard: job 2 \(bad\) is queued, fail does not apply\. These do: cancel, hold\.\n$/,
    )
  })

  test('prune forgets what ended long enough ago', async () => {
    const place = await worked()
    expect((await place.cli('prune', '--older-than', '1d')).stdout).toMatch(
      /^pruned 0 jobs that ended before /,
    )
    expect((await place.cli('prune', '--older-than', '0')).stdout).toMatch(
      /^pruned 3 jobs that ended before /,
    )
    expect((await list(place)).map(({ name }) => name)).toEqual(['held'])
    expect(await place.cli('prune')).toMatchObject({
      code: 2,
      stderr: "jobyard: required option '--older-than <age>' not specified. See `jobyard prune --help`.\n",
    })
  })
})
