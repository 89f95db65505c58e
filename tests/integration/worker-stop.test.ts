import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findProcess } from '../../electron/process/process-list.ts'
import { TestWorker, command, eventually, isAlive, moduleTask, shell } from './worker-harness.ts'

let worker: TestWorker

beforeEach(() => {
  worker = new TestWorker()
})

afterEach(async () => {
  await worker.dispose()
})

const GENTLE = { signal: 'SIGTERM', grace_ms: 30_000 } as const
const SHORT = { signal: 'SIGTERM', grace_ms: 150 } as const

/** The pids a job printed, once there are `count` of them. */
async function pidsOf(attempt_id: number, count: number): Promise<number[]> {
  const pids = (): number[] => worker.text(attempt_id).split('\n').slice(0, -1).map(Number)
  await eventually(() => pids().length >= count, `${count} pids`)
  return pids()
}

function isStopped(pid: number): boolean {
  return findProcess(pid)?.stopped === true
}

describe('stop', () => {
  test('ends a command by its signal, well within the grace', async () => {
    worker.run(worker.order(1, command('sleep', '60')))
    await worker.started(1)
    worker.stop(1, GENTLE)
    expect((await worker.ended(1)).outcome).toMatchObject({
      cause: 'signal',
      signal: 'SIGTERM',
      exit_code: null,
      stopped: true,
    })
  })

  test('sends the signal that the policy names, and lets the job clean up', async () => {
    worker.run(
      worker.order(1, shell(`trap 'echo cleaning; exit 0' INT; echo up; while :; do sleep 0.02; done`)),
    )
    await worker.printed(1, 'up')
    worker.stop(1, { signal: 'SIGINT', grace_ms: 30_000 })
    // It ended well, but not by itself.
    expect((await worker.ended(1)).outcome).toMatchObject({ cause: 'exit', exit_code: 0, stopped: true })
    expect(worker.text(1)).toContain('cleaning')
  })

  test('kills what ignores the signal when the grace is over', async () => {
    worker.run(worker.order(1, shell(`trap '' TERM; echo up; while :; do sleep 0.02; done`)))
    await worker.printed(1, 'up')
    worker.stop(1, SHORT)
    expect((await worker.ended(1)).outcome).toMatchObject({
      cause: 'signal',
      signal: 'SIGKILL',
      stopped: true,
    })
  })

  test('asked again with a shorter grace kills sooner', async () => {
    worker.run(worker.order(1, shell(`trap '' TERM; echo up; while :; do sleep 0.02; done`)))
    await worker.printed(1, 'up')
    worker.stop(1, GENTLE)
    worker.stop(1, { signal: 'SIGTERM', grace_ms: 0 })
    expect((await worker.ended(1)).outcome).toMatchObject({ signal: 'SIGKILL', stopped: true })
  })

  test('takes along grandchildren that ignore the signal after their parent has gone', async () => {
    worker.run(
      worker.order(1, shell(`sh -c "trap '' TERM; while :; do sleep 0.02; done" & echo $!; echo $$; wait`)),
    )
    const pids = await pidsOf(1, 2)
    worker.stop(1, SHORT)
    await worker.ended(1)
    expect(pids.map(isAlive)).toEqual([false, false])
  })

  test('gives descendants the same grace as the head: they may end in order', async () => {
    const flag = join(worker.dir, 'flag')
    const child = `trap 'sleep 0.2; echo cleaned > ${flag}; exit' TERM; echo up; while :; do sleep 0.02; done`
    worker.run(worker.order(1, shell(`sh -c "${child}" & wait`)))
    await worker.printed(1, 'up')
    worker.stop(1, GENTLE)
    await worker.ended(1)
    expect(execFileSync('cat', [flag], { encoding: 'utf8' })).toBe('cleaned\n')
  })

  test('kills a whole tree of many processes that ignore the signal', async () => {
    const bush = `trap '' TERM; for i in 1 2 3 4; do (for j in 1 2 3; do sh -c 'echo $$; while :; do sleep 0.05; done' & done; wait) & done; wait`
    worker.run(worker.order(1, shell(bush)))
    const pids = await pidsOf(1, 12)
    worker.stop(1, SHORT)
    await worker.ended(1)
    expect(pids.filter(isAlive)).toEqual([])
  })

  test('of an attempt that has not started gives it back, and the others run on', async () => {
    const slow = worker.file('slow.mjs', 'export default async () => new Promise((r) => setTimeout(r, 100))')
    worker.run(...[1, 2, 3].map((attempt_id) => worker.order(attempt_id, moduleTask(slow))))
    await worker.started(1)
    worker.stop(2, GENTLE)
    expect(await worker.event('recalled')).toEqual({ type: 'recalled', recall_id: 0, attempt_ids: [2] })
    await worker.ended(3)
    expect(worker.find('started', (event) => event.attempt_id === 2)).toBeUndefined()
  })

  test('of an attempt that has ended, or was never here, is ignored', async () => {
    await worker.shell(1, 'true')
    worker.stop(1, SHORT)
    worker.stop(99, SHORT)
    expect(await worker.shell(2, 'true')).toMatchObject({ exit_code: 0, stopped: false })
    expect(worker.events.filter(({ type }) => type === 'recalled')).toEqual([])
  })

  test('does not touch what an earlier job left in the background', async () => {
    await worker.shell(1, 'sleep 60 >/dev/null 2>&1 & echo $!')
    const [left = 0] = await pidsOf(1, 1)
    worker.run(worker.order(2, command('sleep', '60')))
    await worker.started(2)
    worker.stop(2, SHORT)
    await worker.ended(2)
    expect(isAlive(left)).toBe(true)
    process.kill(left, 'SIGKILL')
  })
})

// Processes that left their group can only be told by their environment, which only Linux shows.
if (process.platform === 'linux') {
  describe('stop on Linux', () => {
    test('finds descendants that left the group by setsid', async () => {
      worker.run(
        worker.order(1, shell(`setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 0.02; done' & wait`)),
      )
      const [daemon = 0] = await pidsOf(1, 1)
      worker.stop(1, SHORT)
      await worker.ended(1)
      expect(isAlive(daemon)).toBe(false)
    })

    test('finds descendants that left the group and lost their parent', async () => {
      worker.run(
        worker.order(
          1,
          shell(`(setsid sh -c 'trap "" TERM; echo $$; exec sleep 60' &) ; sleep 0.2; echo 0; exec sleep 60`),
        ),
      )
      const [daemon = 0] = await pidsOf(1, 2)
      expect(findProcess(daemon)?.pgid).toBe(daemon)
      worker.stop(1, SHORT)
      await worker.ended(1)
      expect(isAlive(daemon)).toBe(false)
    })

    test('takes along the processes that a module job started', async () => {
      const path = worker.file(
        'spawns.mjs',
        `import { spawn } from 'node:child_process'
         export default async (input, job) => {
           const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
           console.log(child.pid)
           process.stdout.write('')
           await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
         }`,
      )
      worker.run(worker.order(1, moduleTask(path)))
      const [child = 0] = await pidsOf(1, 1)
      worker.stop(1, GENTLE)
      expect((await worker.ended(1)).outcome).toMatchObject({ cause: 'exit', stopped: true })
      expect(isAlive(child)).toBe(false)
    })
  })
}

describe('suspend and resume', () => {
  test('stop and continue the whole tree', async () => {
    worker.run(worker.order(1, shell(`sh -c 'echo $$; while :; do sleep 0.02; done' & echo $$; wait`)))
    const pids = await pidsOf(1, 2)
    worker.process.send({ type: 'suspend', attempt_id: 1 })
    await worker.event('suspended')
    // The signal was sent; a process that is not on a core takes it a moment later.
    await eventually(() => pids.every(isStopped), 'the tree to stand still')
    worker.process.send({ type: 'resume', attempt_id: 1 })
    await worker.event('resumed')
    await eventually(() => !pids.some(isStopped), 'the tree to go on')
    worker.stop(1, SHORT)
    await worker.ended(1)
  })

  test('follow each other in the order they were asked for', async () => {
    worker.run(worker.order(1, shell(`echo up; for i in 1 2 3 4; do sleep 60 & done; wait`)))
    await worker.printed(1, 'up')
    for (let i = 0; i < 5; i += 1) {
      worker.process.send({ type: 'suspend', attempt_id: 1 })
      worker.process.send({ type: 'resume', attempt_id: 1 })
    }
    await worker.until(
      () => worker.events.filter(({ type }) => type === 'resumed').length === 5,
      'five resumes',
    )
    const verbs = worker.events.flatMap(({ type }) =>
      type === 'suspended' || type === 'resumed' ? [type] : [],
    )
    expect(verbs).toEqual(Array.from({ length: 5 }, () => ['suspended', 'resumed']).flat())
    const { pid } = await worker.started(1)
    await eventually(() => !isStopped(pid ?? 0), 'the job to go on')
    worker.stop(1, SHORT)
    await worker.ended(1)
  })

  test('a job stopped right after it was suspended ends within the grace', async () => {
    worker.run(worker.order(1, shell(`trap 'exit 5' TERM; echo up; while :; do sleep 0.02; done`)))
    await worker.printed(1, 'up')
    worker.process.send({ type: 'suspend', attempt_id: 1 })
    worker.stop(1, GENTLE)
    expect((await worker.ended(1)).outcome).toMatchObject({ exit_code: 5, stopped: true })
  })

  test('a suspended job that is stopped still sees the signal', async () => {
    worker.run(worker.order(1, shell(`trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.02; done`)))
    await worker.printed(1, 'up')
    worker.process.send({ type: 'suspend', attempt_id: 1 })
    await worker.event('suspended')
    worker.stop(1, GENTLE)
    expect((await worker.ended(1)).outcome).toMatchObject({ cause: 'exit', exit_code: 5, stopped: true })
    expect(worker.text(1)).toContain('bye')
  })

  test('a suspended job that ignores the signal is killed', async () => {
    worker.run(worker.order(1, shell(`trap '' TERM; echo up; while :; do sleep 0.02; done`)))
    await worker.printed(1, 'up')
    worker.process.send({ type: 'suspend', attempt_id: 1 })
    await worker.event('suspended')
    worker.stop(1, SHORT)
    expect((await worker.ended(1)).outcome).toMatchObject({ signal: 'SIGKILL', stopped: true })
  })

  test('are refused for a module job, with what to do instead', async () => {
    const path = worker.file('slow.mjs', 'export default async () => new Promise((r) => setTimeout(r, 300))')
    worker.run(worker.order(1, moduleTask(path)))
    await worker.started(1)
    worker.process.send({ type: 'suspend', attempt_id: 1 })
    worker.process.send({ type: 'resume', attempt_id: 1 })
    const refused = await worker.event('refused', ({ verb }) => verb === 'resume')
    expect(refused.error.code).toBe('UNSUPPORTED_KIND')
    expect(worker.find('refused')).toMatchObject({
      verb: 'suspend',
      attempt_id: 1,
      error: { code: 'UNSUPPORTED_KIND' },
    })
    expect((await worker.ended(1)).outcome.exit_code).toBe(0)
  })

  test('are refused for an attempt that is not running', async () => {
    worker.process.send({ type: 'suspend', attempt_id: 5 })
    expect(await worker.event('refused')).toMatchObject({ attempt_id: 5, error: { code: 'WRONG_STATE' } })
  })
})
