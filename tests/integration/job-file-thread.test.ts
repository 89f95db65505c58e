import { readdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readJobFiles } from '../../electron/engine/job-files/read-job-files.ts'
import type { ReadJobFilesOptions } from '../../electron/engine/job-files/read-job-files.ts'
import { endSpareReader } from '../../electron/engine/job-files/reader-threads.ts'
import { readWrittenJob } from '../../electron/engine/store/written-job.ts'
import type { NewJob } from '../../shared/job-spec.ts'
import { JobDrop, names, places } from '../fakes/job-drop.ts'

const entry = resolve(import.meta.dirname, '../../electron/engine/job-files/job-file-thread.ts')

function options(drop: JobDrop, more: Partial<ReadJobFilesOptions>): ReadJobFilesOptions {
  return {
    paths: ['.'],
    cwd: drop.dir,
    recursive: false,
    findJobs: (ids) => Promise.resolve(ids),
    script_dir: null,
    entry,
    onJobs: () => Promise.resolve(),
    ...more,
  }
}

test('files are read in a thread of their own: jobs, faults and counts arrive, scripts are stored', async () => {
  const drop = new JobDrop()
  const script_dir = drop.path('.data/scripts')
  drop.write('a.sh', 'echo\n')
  drop.write(
    'b.job.yaml',
    'jobs:\n  - { name: x, command: x }\n  - { name: y, command: x, needs: [x], sots: 1 }\n',
  )
  drop.write('c.jsonl', '{"name":"z","command":"x"}\n{"command":"w","needs":["z"]}\n')
  const jobs: NewJob[] = []
  const read = await readJobFiles(
    options(drop, {
      script_dir,
      onJobs: (batch) => {
        jobs.push(...batch.map(readWrittenJob))
        return Promise.resolve()
      },
    }),
  )
  expect(names(jobs)).toEqual(['a.sh', 'x', 'z', 'w'])
  expect(jobs[3]?.needs).toEqual([{ on: { index: 2 }, condition: 'success' }])
  expect({ ...read, problems: places(read.problems) }).toEqual({
    count: 4,
    files: 3,
    problems: ['3:40 UNKNOWN_KEY jobs[1].sots'],
    problem_count: 1,
  })
  expect(readdirSync(script_dir)).toHaveLength(1)
})

test('a hundred thousand lines arrive whole and in order, and never run far ahead of who takes them', async () => {
  const drop = new JobDrop()
  const count = 100_000
  const line = (index: number): string =>
    JSON.stringify({ name: `job ${index}`, command: ['true', String(index)] })
  writeFileSync(drop.path('a.jsonl'), Array.from({ length: count }, (_, index) => line(index)).join('\n'))
  let taken = 0
  let taking = 0
  let wrong = 0
  const read = await readJobFiles(
    options(drop, {
      onJobs: async (jobs) => {
        taking += 1
        expect(taking).toBe(1)
        for (const [index, { name }] of jobs.entries()) if (name !== `job ${taken + index}`) wrong += 1
        expect(jobs.length).toBeLessThanOrEqual(512)
        taken += jobs.length
        await new Promise((done) => setImmediate(done))
        taking -= 1
      },
    }),
  )
  expect([read.count, taken, wrong, read.problem_count]).toEqual([count, count, 0, 0])
})

test('what the consumer throws ends the reading and is thrown', async () => {
  const drop = new JobDrop()
  drop.write('a.jsonl', '{"command":"x"}\n'.repeat(10_000))
  let batches = 0
  const reading = readJobFiles(
    options(drop, {
      onJobs: () => {
        batches += 1
        return Promise.reject(new Error('disk full'))
      },
    }),
  )
  await expect(reading).rejects.toThrow('disk full')
  expect(batches).toBe(1)
})

test('reading can be stopped at any time', async () => {
  const drop = new JobDrop()
  drop.write('a.jsonl', '{"command":"x"}\n'.repeat(200_000))
  const stop = new AbortController()
  const reading = readJobFiles(
    options(drop, {
      signal: stop.signal,
      onJobs: () => {
        stop.abort(new Error('enough'))
        return Promise.resolve()
      },
    }),
  )
  await expect(reading).rejects.toThrow('enough')
  await expect(readJobFiles(options(drop, { signal: stop.signal }))).rejects.toThrow('enough')
})

test('a thread that cannot start is told, not waited for', async () => {
  const reading = readJobFiles(options(new JobDrop(), { entry: resolve(import.meta.dirname, 'nowhere.ts') }))
  await expect(reading).rejects.toMatchObject({ code: 'INTERNAL' })
})

test('the main thread stays free while a large and hopeless file is read', async () => {
  const drop = new JobDrop()
  drop.write('a.job.yaml', `jobs: [${'0,'.repeat(100_000)}0]`)
  let ticks = 0
  const ticking = setInterval(() => {
    ticks += 1
  }, 10)
  const start = performance.now()
  const read = await readJobFiles(options(drop, {}))
  clearInterval(ticking)
  const took = performance.now() - start
  expect([read.problems.length, read.problem_count]).toEqual([100, 100_001])
  expect(ticks).toBeGreaterThan(took / 10 / 4)
})

test('the thread that has read is used for the next drop, and knows nothing of the one before; one that was stopped is not', async () => {
  await endSpareReader()
  let started = 0
  const count = (): void => {
    started += 1
  }
  process.on('worker', count)
  onTestFinished(() => {
    process.off('worker', count)
  })
  const read = async (text: string, more: Partial<ReadJobFilesOptions> = {}) => {
    const drop = new JobDrop()
    drop.write('a.jsonl', text)
    const jobs: NewJob[] = []
    const { problem_count } = await readJobFiles(
      options(drop, {
        onJobs: (batch) => {
          jobs.push(...batch.map(readWrittenJob))
          return Promise.resolve()
        },
        ...more,
      }),
    )
    return { jobs: names(jobs), problem_count }
  }
  expect(await read('{"name":"a","command":"x"}\n'.repeat(2_000), { wanted: 1 })).toMatchObject({
    problem_count: 1_999,
  })
  expect(await read('{"name":"a","command":"x"}\n{"name":"b","command":"x","needs":["a"]}\n')).toEqual({
    ...{ jobs: ['a', 'b'], problem_count: 0 },
  })
  expect(started).toBe(1)
  const stop = new AbortController()
  const stopped = read('{"command":"x"}\n', {
    signal: stop.signal,
    onJobs: () => {
      stop.abort(new Error('enough'))
      return Promise.resolve()
    },
  })
  await expect(stopped).rejects.toThrow('enough')
  expect(await read('{"name":"c","command":"x"}\n')).toEqual({ jobs: ['c'], problem_count: 0 })
  expect(started).toBe(2)
})
