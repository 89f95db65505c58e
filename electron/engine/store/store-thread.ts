/**
 * Entry of the store's thread: it owns the one writing connection, so that a slow disk never blocks the owner's event
 * loop. It is ended by a message and waited for: `terminate()` during a call into SQLite aborts the whole process
 * (WiseLibs/better-sqlite3 issue 1507).
 */
import { parentPort, workerData } from 'node:worker_threads'
import { JobyardError, missingCase, serialiseError } from '../../../shared/errors.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { FromStoreThread, ToStoreThread } from './thread-messages.ts'
import { packReady, packResult, storeThreadDataSchema, unpackOperation } from './thread-messages.ts'

const port = parentPort
if (port === null)
  throw new JobyardError('INTERNAL', 'The store thread is not a program: the engine starts it.')

function send(message: FromStoreThread): void {
  port?.postMessage(message)
}

/** One message in, one message out, in the same order. */
function handle(store: SqliteStore, message: Exclude<ToStoreThread, { type: 'close' }>): FromStoreThread {
  switch (message.type) {
    case 'commit':
      return {
        type: 'results',
        results: store.commit(message.operations.map(unpackOperation)).map(packResult),
      }
    case 'query': {
      const { query } = message
      if (query.type === 'ready') return { type: 'answer', answer: { ready: packReady(store.ready(query)) } }
      return { type: 'answer', answer: { plain: store.query(query) } }
    }
    default:
      return missingCase(message)
  }
}

function serve(store: SqliteStore): void {
  port?.on('message', (message: ToStoreThread) => {
    if (message.type === 'close') {
      close(store)
      return
    }
    try {
      send(handle(store, message))
    } catch (error) {
      send({ type: 'failed', error: serialiseError(error) })
    }
  })
}

/** Without its port nothing keeps the thread alive. */
function close(store: SqliteStore): void {
  try {
    store.close()
  } catch {
    // The log could not be moved into the database (a full disk): it stands beside it and is read at the next start.
  }
  port?.close()
}

try {
  serve(new SqliteStore(storeThreadDataSchema.parse(workerData)))
  send({ type: 'opened' })
} catch (error) {
  send({ type: 'failed', error: serialiseError(error) })
}
