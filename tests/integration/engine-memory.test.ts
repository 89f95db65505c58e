/** Memory limits: what a job and all that it started may use together. */
import { expect, test } from 'vitest'
import { findProcess } from '../../electron/process/process-list.ts'
import type { MemoryLimit } from '../../shared/job-spec.ts'
import { act, openEngine, retry, shell } from './real-engine.ts'

const MIB = 2 ** 20
const LIMIT: MemoryLimit = { max_bytes: 250 * MIB, sustain_ms: 200 }

/** A line of shell that holds so much memory until it is ended, and tells when it has it. */
function hold(mebibytes: number, told = '/dev/null'): string {
  const script = `const all = Buffer.alloc(${mebibytes} * 2 ** 20, 1); setInterval(() => all.fill(2), 1e6); require("fs").appendFileSync(process.argv[1], process.pid + "\\n")`
  return `"${process.execPath}" -e '${script}' "${told}"`
}

test('a job that uses more memory than it may is ended, tells how much, and is tried again', async () => {
  const real = await openEngine()
  const [job] = await real.run(shell(hold(400), { memory: LIMIT, retry: retry(1, { causes: ['memory'] }) }))
  expect(job).toMatchObject({ state: 'failed', cause: 'memory', attempts: 2, exit_code: null })
  const { attempts } = await real.page(job?.id ?? 0)
  expect(attempts.map(({ cause }) => cause)).toEqual(['memory', 'memory'])
  expect(attempts[0]?.error).toMatch(
    /^The job and what it started used \d.* MiB of memory, and 250 MiB is its limit\./,
  )
})

test('what a job has started counts with it, and goes with it', async () => {
  const real = await openEngine()
  const told = real.path('pids')
  const [job] = await real.run(
    shell(`${hold(120, told)} & setsid ${hold(120, told)} & wait`, {
      memory: { ...LIMIT, max_bytes: 280 * MIB },
    }),
  )
  expect(job).toMatchObject({ state: 'failed', cause: 'memory' })
  const pids = real.lines('pids').map(Number)
  expect(pids).toHaveLength(2)
  expect(pids.map((pid) => findProcess(pid)?.zombie ?? true)).toEqual([true, true])
})

test('a job may use more for a while', async () => {
  const real = await openEngine()
  const script = 'let all = Buffer.alloc(300 * 2 ** 20, 1); all = null; gc(); setTimeout(() => 0, 1500)'
  const command = `"${process.execPath}" --expose-gc -e '${script}'`
  const [job] = await real.run(shell(command, { memory: { ...LIMIT, sustain_ms: 5_000 } }))
  expect(job).toMatchObject({ state: 'succeeded' })
})

test('a job within its limit is left alone', async () => {
  const real = await openEngine()
  expect(await real.run(shell('sleep 0.8', { memory: LIMIT }))).toMatchObject([{ state: 'succeeded' }])
})

test('a module that uses too much is ended, and its worker with it', async () => {
  const real = await openEngine({ concurrency: 1 })
  const module = real.file(
    'greedy.mjs',
    `export default async function (input, job) {
      const all = Buffer.alloc(input.mebibytes * 2 ** 20, 1)
      await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
      throw new Error(String(all.length))
    }`,
  )
  const [job] = await real.run(
    act({ mebibytes: 600 }, { memory: { ...LIMIT, max_bytes: 500 * MIB } }, module),
  )
  expect(job).toMatchObject({ state: 'failed', cause: 'memory' })
  const [next] = await real.run(act({ act: 'none' }, { memory: { ...LIMIT, max_bytes: 500 * MIB } }))
  expect(next).toMatchObject({ state: 'succeeded' })
})
