import { join } from 'node:path'
import { openThreadStore } from '../../electron/engine/store/thread-store.ts'
import { openInThreadStore } from '../fakes/in-thread-store.ts'
import { storeContract } from './store-contract.ts'

const entry = join(import.meta.dirname, '../../electron/engine/store/store-thread.ts')

storeContract('SQLite on a thread', (file) => openThreadStore({ file, entry }))
storeContract('SQLite in this thread', (file) => Promise.resolve(openInThreadStore({ file })))
