/**
 * Entry of the history's thread: it reads through a connection of its own, so that a long query holds nobody up. It is
 * ended by a message and waited for, like the store's.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { JobyardError, serialiseError } from '../../../shared/errors.ts'
import type { FromHistoryThread, HistoryQuestion, ToHistoryThread } from './history-protocol.ts'
import { historyThreadDataSchema, LANES } from './history-protocol.ts'
import { HistoryServer } from './history-server.ts'

const port = parentPort
if (port === null)
  throw new JobyardError('INTERNAL', 'The history thread is not a program: the engine starts it.')

const data = historyThreadDataSchema.parse(workerData)
const cancelled = new Int32Array(data.cancelled)
const server = new HistoryServer(data.dir)
/** Questions under way. */
const open = new Set<Promise<void>>()

function send(message: FromHistoryThread): void {
  port?.postMessage(message)
}

async function answer(number: number, question: HistoryQuestion): Promise<void> {
  const lane = LANES[question.type]
  const isCancelled = (): boolean => Atomics.load(cancelled, lane) === number
  try {
    send({ type: 'answer', lane, answer: await server.answer(question, isCancelled) })
  } catch (error) {
    send({ type: 'failed', lane, error: serialiseError(error) })
  }
}

port.on('message', (message: ToHistoryThread) => {
  if (message.type === 'close') {
    void close()
    return
  }
  const answered = answer(message.number, message.question)
  open.add(answered)
  void answered.finally(() => open.delete(answered))
})

/** Without its port nothing keeps the thread alive. */
async function close(): Promise<void> {
  await Promise.all(open)
  server.close()
  port?.close()
}
