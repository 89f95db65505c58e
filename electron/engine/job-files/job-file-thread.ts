import { parentPort } from 'node:worker_threads'
import { JobyardError, missingCase, serialiseError } from '../../../shared/errors.ts'
import { Credit } from './credit.ts'
import { toJobFileThreadSchema } from './job-file-protocol.ts'
import type { FromJobFileThread, ReadOrder } from './job-file-protocol.ts'
import { MAX_BATCHES_IN_FLIGHT } from './limits.ts'
import { readDrop } from './read-drop.ts'
import { packWritten } from '../store/written-columns.ts'

/** Entry of the thread that reads job files, so that no file can hold up the owner. It carries out one order at a time. */

const port = parentPort
if (port === null) throw new JobyardError('INTERNAL', 'job-file-thread is started by readJobFiles only.')

// A file can have a million faults, each an error for the libraries; their stack traces would be most of the work.
Error.stackTraceLimit = 0

const send = (message: FromJobFileThread): void => {
  port.postMessage(message)
}

/** Of the order that is carried out. */
let credit = new Credit(MAX_BATCHES_IN_FLIGHT)
/** Whoever waits for an answer: one question is asked at a time. */
let onFound: ((ids: readonly number[]) => void) | null = null

port.on('message', (message: unknown) => {
  const said = toJobFileThreadSchema.parse(message)
  switch (said.type) {
    case 'read':
      void carryOut(said.order)
      return
    case 'taken':
      credit.give()
      return
    case 'found':
      onFound?.(said.ids)
      return
    default:
      missingCase(said)
  }
})

async function carryOut(order: ReadOrder): Promise<void> {
  credit = new Credit(MAX_BATCHES_IN_FLIGHT)
  try {
    const read = await readDrop({
      ...order,
      onFile: (file) => {
        send({ type: 'file', file })
      },
      findJobs: (ids) =>
        new Promise((resolve) => {
          onFound = resolve
          send({ type: 'find', ids })
        }),
      onJobs: async (jobs) => {
        await credit.take()
        send({ type: 'jobs', jobs: packWritten(jobs) })
      },
    })
    send({ type: 'done', read })
  } catch (error) {
    send({ type: 'failed', error: serialiseError(error) })
  }
}
