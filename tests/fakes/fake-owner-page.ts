/**
 * Puts a pretended owner into a page, as the preload script of Electron would put the real one: loaded before the renderer,
 * the page needs no server. The address says what stands in it: `?jobs=100000&history=5000&pool=paused`.
 */
import type { FromOwner } from '../../shared/api-protocol.ts'
import { toOwnerSchema } from '../../shared/api-protocol.ts'
import { serialiseError } from '../../shared/errors.ts'
import type { CallContext } from '../../shared/ipc.ts'
import { inputSchemas, isEndpointName } from '../../shared/ipc.ts'
import { POOL_STATES } from '../../shared/job.ts'
import { fakeDetails, fillHistory } from './fake-details.ts'
import { fakeHandlers } from './fake-handlers.ts'
import { FakeYard } from './fake-yard.ts'

/** What this file needs of a page; it is type-checked among files of Node. */
interface Page {
  location: { search: string }
  postMessage(message: unknown, origin: string, transfer: readonly unknown[]): void
  jobyardHost?: unknown
  fakeOwner?: unknown
}

const STEP_MS = 100
const page = globalThis as unknown as Page
const query = new URLSearchParams(page.location.search)
const now = (): number => Date.now()

const yard = new FakeYard(now, Number(query.get('workers') ?? '8'))
fillHistory(yard, Number(query.get('history') ?? '0'), 3, now())
yard.fill(Number(query.get('jobs') ?? '10'))
yard.setPool(POOL_STATES.find((state) => state === query.get('pool')) ?? 'running')
const handlers = { ...fakeHandlers(yard, now), ...fakeDetails(yard, now) }
const listeners: ((paths: readonly string[]) => void)[] = []
let ports: MessagePort[] = []
if (query.get('frozen') === null) {
  setInterval(() => {
    yard.step()
  }, STEP_MS)
}
yard.step()

page.jobyardHost = {
  kind: 'electron',
  platform: 'linux',
  requestPort() {
    const { port1, port2 } = new MessageChannel()
    connect(port1 as unknown as MessagePort)
    page.postMessage({ type: 'jobyard-port' }, '*', [port2])
  },
  pathOf: (file: { name: string }) => `/home/ada/projects/film/${file.name}`,
  pickFiles: () => Promise.resolve(['/home/ada/projects/film/frames.jobs.yaml']),
  onFiles(listener: (paths: readonly string[]) => void) {
    listeners.push(listener)
  },
}

/** For specs: open files from outside, break the connection, look at the yard. */
page.fakeOwner = {
  yard,
  openFiles(paths: readonly string[]) {
    for (const listener of listeners) listener(paths)
  },
  drop() {
    for (const port of ports) port.close()
    ports = []
  },
}

interface MessagePort {
  onmessage: ((event: { data: unknown }) => void) | null
  postMessage(message: unknown): void
  close(): void
}

function connect(port: MessagePort): void {
  ports.push(port)
  let seq = 0
  let opened_id: number | null = null
  const send = (message: FromOwner): void => {
    port.postMessage(message)
  }
  port.onmessage = ({ data }) => {
    const message = toOwnerSchema.parse(data)
    if (message.type === 'call') void answer(message.call_id, message.name, message.input, send)
    if (message.type === 'open-job') opened_id = message.job_id
    if (message.type === 'watch') {
      seq = 0
      send({ type: 'snapshot', seq, yard: yard.snapshot() })
      yard.onDelta = (delta) => {
        seq += 1
        send({ type: 'delta', seq, yard: delta })
        const opened = opened_id === null ? undefined : yard.jobs.get(opened_id)
        if (opened === undefined) return
        seq += 1
        const changed = delta.changed?.ids.includes(opened.id) ?? false
        const grown = [opened.id * 100 + opened.attempts]
        send({ type: 'job-news', seq, news: { job_id: opened.id, grown, changed } })
      }
    }
  }
  send({ type: 'hello', api_version: 1, version: '0.1.0' })
}

async function answer(
  call_id: number,
  name: string,
  input: unknown,
  send: (message: FromOwner) => void,
): Promise<void> {
  try {
    if (!isEndpointName(name)) throw new Error(`There is no ${name}.`)
    const parsed: unknown = inputSchemas[name].parse(input)
    const handler = handlers[name] as unknown as (input: unknown, call: CallContext) => Promise<unknown>
    const value = await handler(parsed, { signal: { aborted: false }, is_remote: false })
    send({ type: 'answer', call_id, ok: true, value })
  } catch (thrown) {
    send({ type: 'answer', call_id, ok: false, error: serialiseError(thrown) })
  }
}
