/** Logs of GNU parallel, both ways: what it writes, we read; what we write, it goes on with. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parallelVersion } from '../fixtures/replacement-corpus/ask-parallel.ts'
import { Place } from './cli-harness.ts'

const HOSTILE = ['a b', `it's "$(x)" \`y\``, 'two\nlines', 'tab\there', 'é', '-n', '#', '\\']

function parallel(
  place: Place,
  args: readonly string[],
  input = '',
): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync('parallel', ['--will-cite', ...args], {
    cwd: place.dir,
    input,
    encoding: 'utf8',
  })
  return { code: status, stderr }
}

/** The words that were written into a file, each with a NUL after it. */
function words(place: Place, name: string): string[] {
  return readFileSync(place.path(name), 'utf8').split('\0').slice(0, -1).sort()
}

async function exportTo(place: Place, name: string): Promise<void> {
  const { code, stdout } = await place.cli('export', '--format', 'joblog', '--data', place.data)
  expect(code).toBe(0)
  writeFileSync(place.path(name), stdout)
}

// Where it is not installed there is nobody to ask.
if (parallelVersion() !== null) {
  test('run of a log of GNU parallel runs what failed there, with the same words', async () => {
    const place = new Place()
    const command = 'printf "%s\\0" {} >> ran; test -e enough || test {#} -gt 6'
    expect(parallel(place, ['-0', '-k', '--joblog', 'log', command], HOSTILE.join('\0')).code).toBe(6)
    expect(words(place, 'ran')).toEqual([...HOSTILE].sort())
    rmSync(place.path('ran'))
    writeFileSync(place.path('enough'), '')
    const end = await place.cli('run', 'log')
    expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('6 succeeded')])
    expect(words(place, 'ran')).toEqual(HOSTILE.slice(0, 6).sort())
  })

  test('GNU parallel retries from our log what failed here, with the same words', async () => {
    const place = new Place()
    const jobs = HOSTILE.map((word, index) => ({
      command: ['sh', '-c', `printf "%s\\0" "$1" >> ran\ntest -e enough || exit ${index % 3}`, 'sh', word],
    }))
    place.write('jobs.jsonl', jobs.map((job) => `${JSON.stringify(job)}\n`).join(''))
    expect((await place.cli('run', '--data', place.data, 'jobs.jsonl')).code).toBe(1)
    await exportTo(place, 'ours')
    rmSync(place.path('ran'))
    writeFileSync(place.path('enough'), '')
    expect(parallel(place, ['--retry-failed', '--joblog', 'ours'])).toMatchObject({ code: 0 })
    expect(words(place, 'ran')).toEqual(HOSTILE.filter((_, index) => index % 3 !== 0).sort())
    expect((await place.cli('preview', 'ours')).stderr).toContain('has succeeded')
  })

  test.each([
    ['--resume', ['4', '5']],
    ['--resume-failed', ['2', '4', '5']],
  ])('GNU parallel goes on behind our log with %s', async (option, expected) => {
    const place = new Place()
    place.write('jobs.commands', 'true\nfalse\ntrue\n')
    await place.cli('run', '--data', place.data, 'jobs.commands')
    await exportTo(place, 'ours')
    const end = parallel(place, [option, '--joblog', 'ours', 'touch {}', ':::', '1', '2', '3', '4', '5'])
    expect(end).toEqual({ code: 0, stderr: '' })
    expect(['1', '2', '3', '4', '5'].filter((name) => existsSync(place.path(name)))).toEqual(expected)
  })
}

test('preview of a log tells which of its lines is none', async () => {
  const place = new Place()
  const header = 'Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n'
  place.write('log', `${header}1\t:\t1795796938.548\t     0.000\t0\t2\t0\t0\tx\nwhat\n`)
  const end = await place.cli('preview', 'log')
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('log:3:1')
})
