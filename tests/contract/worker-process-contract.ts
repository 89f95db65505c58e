import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type {
  SpawnWorkerProcess,
  WorkerExit,
  WorkerProcess,
} from '../../electron/engine/worker-pool/worker-process.ts'
import type { FromWorker } from '../../shared/worker-protocol.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/worker-process')
const WAIT_MS = 10_000

/** A child of the adapter under test, with a diary. */
class Subject {
  readonly diary: string[] = []
  readonly messages: FromWorker[] = []
  output = ''
  exits: WorkerExit[] = []
  readonly process: WorkerProcess
  #returned = false
  #watchers = new Set<() => void>()

  constructor(spawn: SpawnWorkerProcess) {
    this.process = spawn({
      onMessage: (message) => {
        this.messages.push(message)
        this.#note('message')
      },
      onBadMessage: () => {
        this.#note('bad')
      },
      onOutput: (text) => {
        this.output += text
        this.#note('output')
      },
      onExit: (exit) => {
        this.exits.push(exit)
        this.#note(this.#returned ? 'exit' : 'exit before the spawn call returned')
      },
    })
    this.#returned = true
  }

  #note(what: string): void {
    this.diary.push(what)
    for (const watcher of this.#watchers) watcher()
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `Waited in vain. ${JSON.stringify({ messages: this.messages, diary: this.diary, output: this.output.slice(-500) })}`,
          ),
        )
      }, WAIT_MS)
      const look = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  async exited(): Promise<WorkerExit> {
    await this.until(() => this.exits.length > 0)
    const [exit] = this.exits
    if (exit === undefined) throw new Error('unreachable')
    return exit
  }

  recallIds(): number[] {
    return this.messages.flatMap((message) =>
      message.type === 'events'
        ? message.events.flatMap((event) => (event.type === 'recalled' ? [event.recall_id] : []))
        : [],
    )
  }
}

/**
 * What every implementation of the WorkerProcess port has to do.
 * @param spawnOf gives the spawn function for an entry file
 */
export function describeWorkerProcess(name: string, spawnOf: (entry: string) => SpawnWorkerProcess): void {
  const subjects: Subject[] = []
  const start = (fixture: string): Subject => {
    const subject = new Subject(spawnOf(join(FIXTURES, fixture)))
    subjects.push(subject)
    return subject
  }

  afterEach(async () => {
    for (const subject of subjects.splice(0)) {
      subject.process.kill()
      await subject.exited()
    }
  })

  describe(`${name} as a WorkerProcess`, () => {
    test('delivers what was sent before the process was up, in order', async () => {
      const subject = start('echo.mjs')
      for (let recall_id = 1; recall_id <= 100; recall_id += 1) {
        expect(subject.process.send({ type: 'recall', recall_id })).toBe(true)
      }
      await subject.until(() => subject.messages.length === 101)
      expect(subject.messages[0]?.type).toBe('ready')
      expect(subject.recallIds()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    })

    test('has a pid while it is up, and neither pid nor ear when it is gone', async () => {
      const subject = start('echo.mjs')
      await subject.until(() => subject.messages.length === 1)
      expect(subject.messages[0]).toEqual({ type: 'ready', pid: subject.process.pid })
      subject.process.send({ type: 'shutdown' })
      expect(await subject.exited()).toMatchObject({ code: 0, stopped: false })
      expect(subject.process.pid).toBeUndefined()
      expect(subject.process.send({ type: 'shutdown' })).toBe(false)
    })

    test('tells messages that are not of the protocol apart and goes on', async () => {
      const subject = start('bad-messages.mjs')
      await subject.until(() => subject.messages.length === 1)
      expect(subject.diary).toEqual(['bad', 'bad', 'bad', 'bad', 'bad', 'message'])
    })

    test('reads all output, so that a flood of it blocks nobody, and cuts no character', async () => {
      const subject = start('flood.mjs')
      await subject.until(() => subject.messages.length === 1)
      await subject.until(
        () => subject.output.includes('end of stderr') && subject.output.length >= 20_000 * 100,
      )
      expect(subject.output).not.toContain('\uFFFD')
    })

    test('reports the exit once, after the last message, when the process ends while it posts', async () => {
      const subject = start('exit-while-posting.mjs')
      expect(await subject.exited()).toMatchObject({ code: 7, stopped: false })
      expect(subject.diary.filter((entry) => entry === 'exit')).toHaveLength(1)
      expect(subject.diary.at(-1)).toBe('exit')
      expect(subject.recallIds()).toEqual(subject.recallIds().map((_, index) => index + 1))
    })

    test('delivers whole messages only, in order, when the process is killed while it posts', async () => {
      const subject = start('killed-while-posting.mjs')
      const exit = await subject.exited()
      expect(exit.code === 0 && exit.signal === null).toBe(false)
      expect(subject.diary).not.toContain('bad')
      expect(subject.diary.at(-1)).toBe('exit')
      expect(subject.recallIds().length).toBeGreaterThan(0)
      expect(subject.recallIds()).toEqual(subject.recallIds().map((_, index) => index + 1))
    })

    test('can be killed at once, before the process is up', async () => {
      const subject = start('echo.mjs')
      subject.process.kill()
      expect(subject.diary).toEqual([])
      await subject.exited()
      expect(subject.messages).toEqual([])
      expect(subject.exits).toHaveLength(1)
    })

    test('can be killed again and after its end without harm', async () => {
      const subject = start('echo.mjs')
      await subject.until(() => subject.messages.length === 1)
      subject.process.kill()
      subject.process.kill()
      await subject.exited()
      subject.process.kill()
      expect(subject.exits).toHaveLength(1)
    })

    test('reports an entry file that is missing as an exit', async () => {
      const subject = start('no-such-file.mjs')
      const exit = await subject.exited()
      expect(exit.code).not.toBe(0)
      expect(exit.reason).not.toBe('')
    })

    test('reports a process that fails at its start as an exit, with what it printed', async () => {
      const subject = start('throws.mjs')
      const exit = await subject.exited()
      expect(exit.code).not.toBe(0)
      expect(subject.output).toContain('planted fault')
    })

    test('knows the exit of a worker that ended itself to stop a module job', async () => {
      const subject = start('stopped-module.mjs')
      expect(await subject.exited()).toMatchObject({ stopped: true })
    })

    test('does not wait for a leftover process that holds the output', async () => {
      const subject = start('leaves-a-process.mjs')
      const exit = await subject.exited()
      const [message] = subject.messages
      if (message?.type === 'events' && message.events[0]?.type === 'output')
        process.kill(message.events[0].file_bytes)
      expect(exit.code).toBe(0)
    })
  })
}
