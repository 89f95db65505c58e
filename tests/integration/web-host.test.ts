import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ApiConnection, ApiPeer, ApiServer } from '../../electron/engine/api/api-connection.ts'
import { sweepUploads } from '../../electron/engine/api/upload-folders.ts'
import { keptSecret } from '../../electron/headless/web/kept-secret.ts'
import { MAX_UPLOADED_FILE_BYTES, Uploads } from '../../electron/headless/web/uploads.ts'
import { openWebHost } from '../../electron/headless/web/web-host.ts'
import { tempDir } from '../fakes/temp-dir.ts'
import { WebClient } from './web-client.ts'

/** An API that says hello and remembers what came. */
class EchoApi implements ApiServer {
  readonly connections: ApiConnection[] = []
  readonly closed = Promise.withResolvers<undefined>()

  connect(connection: ApiConnection): ApiPeer {
    this.connections.push(connection)
    connection.send({ type: 'hello', api_version: 1, version: '0' })
    return {
      receive: (message) => {
        connection.send({ type: 'answer', call_id: 1, ok: true, value: message })
      },
      closed: () => {
        this.closed.resolve(undefined)
      },
    }
  }
}

interface Opened {
  readonly client: WebClient
  readonly api: EchoApi
  readonly uploads: string
  readonly dir: string
  readonly close: () => Promise<void>
}

async function open(max_files?: number): Promise<Opened> {
  const dir = tempDir()
  const renderer_dir = join(dir, 'renderer')
  mkdirSync(join(renderer_dir, 'assets'), { recursive: true })
  writeFileSync(join(renderer_dir, 'index.html'), '<!doctype html>')
  writeFileSync(join(renderer_dir, 'assets/a.js'), 'export {}')
  writeFileSync(join(dir, 'secret.json'), '{}')
  const api = new EchoApi()
  const folder = join(dir, 'uploads')
  const uploads = new Uploads(folder, max_files)
  const secret = await keptSecret(dir)
  const host = await openWebHost({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    renderer_dir,
    secret,
    uploads,
    api,
  })
  onTestFinished(async () => {
    await host.close()
  })
  return { client: new WebClient(host.url), api, uploads: folder, dir, close: () => host.close() }
}

async function openWithSession(max_files?: number): Promise<Opened> {
  const opened = await open(max_files)
  await opened.client.login()
  return opened
}

test('the page comes without a session, with its policy, and is not kept', async () => {
  const { client } = await open()
  const page = await client.ask('/')
  expect([page.status, page.body]).toEqual([200, '<!doctype html>'])
  expect(page.headers['content-security-policy']).toContain("script-src 'self'")
  expect(page.headers['cache-control']).toBe('no-store')
  expect(page.headers['referrer-policy']).toBe('no-referrer')
  const head = await client.ask('/', { method: 'HEAD' })
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '15'])
  const asset = await client.ask('/assets/a.js')
  expect(asset.headers['cache-control']).toContain('immutable')
})

test.each([
  '/../secret.json',
  '/..%2fsecret.json',
  '/assets/..%2f..%2fsecret.json',
  '/%00',
  '/none.html',
  '/assets',
])('%s is not served', async (path) => {
  const { client } = await open()
  expect((await client.ask(path)).status).toBe(404)
})

test('a page of another site whose name was resolved to this machine gets nothing', async () => {
  const { client } = await openWithSession()
  const host = `evil.example:${client.port}`
  const origin = `http://${host}`
  expect((await client.ask('/', { headers: { host } })).status).toBe(403)
  expect((await client.login(client.token, { host, origin })).status).toBe(403)
  expect(await client.open(client.own({ host, origin }))).toBe(403)
  expect((await client.put(`/upload/${randomUUID()}/a.sh`, '', { host, origin })).status).toBe(403)
})

test.each([
  'http://evil.example',
  'null',
  'http://127.0.0.1:1',
  'https://127.0.0.1:PORT',
  'http://localhost:PORT',
])('a request from %s is refused', async (written) => {
  const { client } = await openWithSession()
  const origin = written.replace('PORT', String(client.port))
  expect((await client.login(client.token, { origin })).status).toBe(403)
  expect(await client.open(client.own({ origin }))).toBe(403)
  expect((await client.put(`/upload/${randomUUID()}/a.sh`, '', { origin })).status).toBe(403)
  expect((await client.ask('/session', { headers: client.own({ origin }) })).status).toBe(403)
})

test('without an Origin nothing is changed and no WebSocket opened', async () => {
  const { client } = await openWithSession()
  const { cookie } = client
  expect(await client.open({ cookie })).toBe(403)
  const put = await client.ask(`/upload/${randomUUID()}/a.sh`, { method: 'PUT', headers: { cookie } })
  expect(put.status).toBe(403)
  const body = JSON.stringify({ token: client.token })
  const headers = { 'content-type': 'application/json' }
  expect((await client.ask('/session', { method: 'POST', headers, body })).status).toBe(403)
})

test('without the cookie there is no API and no upload', async () => {
  const { client, uploads } = await open()
  expect(await client.open(client.own({ cookie: '' }))).toBe(401)
  const put = await client.put(`/upload/${randomUUID()}/a.sh`, 'x')
  expect([put.status, JSON.parse(put.body)]).toEqual([401, expect.objectContaining({ code: 'NOT_ALLOWED' })])
  expect((await client.ask('/session')).status).toBe(401)
  expect(existsSync(uploads)).toBe(false)
})

test('the token of the link is exchanged for a cookie that scripts and other sites cannot use', async () => {
  const { client } = await open()
  const wrong = await client.login('A'.repeat(43))
  expect([wrong.status, wrong.headers['set-cookie']]).toEqual([403, undefined])
  expect(JSON.parse(wrong.body)).toMatchObject({ code: 'NOT_ALLOWED' })
  const right = await client.login()
  expect(right.status).toBe(204)
  const set = right.headers['set-cookie']?.[0]
  expect(set).toMatch(new RegExp(`^jobyard-${client.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`))
  expect(set).not.toContain(client.token)
  expect((await client.ask('/session', { headers: client.own() })).status).toBe(204)
  const forged = `${client.cookie.slice(0, -1)}${client.cookie.endsWith('A') ? 'B' : 'A'}`
  expect((await client.ask('/session', { headers: { cookie: forged } })).status).toBe(401)
})

test.each([
  ['a form', 'application/x-www-form-urlencoded', 'token=TOKEN'],
  ['no object', 'application/json', '"TOKEN"'],
  ['no JSON', 'application/json', '{"token":"TOKEN"'],
  ['too much', 'application/json', `{"token":"TOKEN","more":"${'x'.repeat(5_000)}"}`],
])('a session is not given for %s', async (_what, type, body) => {
  const { client } = await open()
  const answer = await client.ask('/session', {
    method: 'POST',
    headers: { origin: client.origin, 'content-type': type },
    body: body.replace('TOKEN', client.token),
  })
  expect([answer.status, answer.headers['set-cookie']]).toEqual([400, undefined])
})

test('through a tunnel on another port everything works, with a cookie of that port', async () => {
  const { client } = await open()
  const tunnel = { host: 'localhost:9', origin: 'http://localhost:9' }
  await client.login(client.token, tunnel)
  expect(client.cookie).toMatch(/^jobyard-9=/)
  const socket = await client.open(client.own(tunnel))
  expect(socket).toBeInstanceOf(WebSocket)
  expect(await client.open(client.own())).toBe(401)
})

test('the API speaks JSON over the WebSocket, and is told when the browser has gone', async () => {
  const { client, api } = await openWithSession()
  const socket = await client.open()
  if (typeof socket === 'number') throw new Error('refused')
  const [connection] = api.connections
  expect([connection?.is_remote, connection?.isTrusted()]).toEqual([true, true])
  const answered = once(socket, 'message')
  socket.send(JSON.stringify({ type: 'ping' }))
  const [data] = (await answered) as [Buffer]
  expect(JSON.parse(data.toString())).toEqual({
    type: 'answer',
    call_id: 1,
    ok: true,
    value: { type: 'ping' },
  })
  socket.send('{')
  const [code] = (await once(socket, 'close')) as [number]
  expect(code).toBe(1007)
  await api.closed.promise
})

test('other paths have no WebSocket, and the API has no plain answer', async () => {
  const { client } = await openWithSession()
  expect(await client.open(client.own(), '/other')).toBe(404)
  expect((await client.ask('/api', { headers: client.own() })).status).toBe(404)
})

test('when the host ends, connections are cut', async () => {
  const { client, close, api } = await openWithSession()
  const socket = await client.open()
  if (typeof socket === 'number') throw new Error('refused')
  const closed = once(socket, 'close')
  await close()
  await closed
  expect(api.connections[0]?.isTrusted()).toBe(false)
})

test('an uploaded file is this user’s alone and lies where its path says', async () => {
  const { client, uploads } = await openWithSession()
  const id = randomUUID()
  expect((await client.put(`/upload/${id}/in%20side/a%C3%A4.sh`, 'echo')).status).toBe(204)
  const file = join(uploads, id, 'in side', 'aä.sh')
  expect(readFileSync(file, 'utf8')).toBe('echo')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(uploads, id, 'in side')).mode & 0o777).toBe(0o700)
  expect(statSync(join(uploads, id)).mode & 0o777).toBe(0o700)
  const again = await client.put(`/upload/${id}/in%20side/a%C3%A4.sh`, 'other')
  expect([again.status, readFileSync(file, 'utf8')]).toEqual([409, 'echo'])
})

test.each([
  'a.sh',
  '/../a.sh',
  '/..%2fa.sh',
  '/x/%2e%2e/%2e%2e/%2e%2e/a.sh',
  '/x/..\\a.sh',
  '/a%00.sh',
  '/',
  '/x//a.sh',
  '/.',
  '/.queued',
  '/.QUEUED',
  '/%zz',
  '/nul.sh',
  '/c:a.sh',
  `/${'a'.repeat(256)}`,
  `/${'a/'.repeat(64)}a.sh`,
])('an upload to %s is refused and leaves nothing', async (path) => {
  const { client, uploads, dir } = await openWithSession()
  expect((await client.put(`/upload/${randomUUID()}${path}`, 'x')).status).toBe(400)
  expect(existsSync(uploads)).toBe(false)
  expect(existsSync(join(dir, 'a.sh'))).toBe(false)
})

test('an upload has a UUID for a name', async () => {
  const { client } = await openWithSession()
  expect((await client.put('/upload/../a.sh', 'x')).status).toBe(400)
  expect((await client.put('/upload/abc/a.sh', 'x')).status).toBe(400)
})

test('a file over the limit is refused, announced or not, and nothing of it stays; JSON Lines have none', async () => {
  const { client, uploads } = await openWithSession()
  const id = randomUUID()
  const large = Buffer.alloc(MAX_UPLOADED_FILE_BYTES + 1)
  const announced = await client.put(`/upload/${id}/a.sh`, large)
  expect([announced.status, JSON.parse(announced.body)]).toEqual([
    413,
    expect.objectContaining({ code: 'BAD_INPUT' }),
  ])
  const streamed = await client.put(`/upload/${id}/b.sh`, large, { 'transfer-encoding': 'chunked' })
  expect(streamed.status).toBe(413)
  expect((await client.put(`/upload/${id}/c.jsonl`, large)).status).toBe(204)
  expect(readdirSync(join(uploads, id))).toEqual(['c.jsonl'])
})

test('a drop has a largest number of files', async () => {
  const { client, uploads } = await openWithSession(2)
  const id = randomUUID()
  const statuses: number[] = []
  for (const name of ['a', 'b', 'c']) statuses.push((await client.put(`/upload/${id}/${name}.sh`, '')).status)
  expect(statuses).toEqual([204, 204, 400])
  expect(readdirSync(join(uploads, id))).toEqual(['a.sh', 'b.sh'])
})

test('an upload that jobs were queued from is neither added to nor removed; others go when they are old', async () => {
  const { client, uploads, dir } = await openWithSession()
  const [queued, unused, fresh] = [randomUUID(), randomUUID(), randomUUID()]
  for (const id of [queued, unused, fresh]) await client.put(`/upload/${id}/a.sh`, '')
  writeFileSync(join(uploads, queued, '.queued'), '')
  symlinkSync(dir, join(uploads, 'link'))
  expect((await client.put(`/upload/${queued}/b.sh`, '')).status).toBe(409)
  const long_ago = new Date(0)
  for (const id of [queued, unused]) utimesSync(join(uploads, id), long_ago, long_ago)
  await sweepUploads(uploads, 1_000_000)
  expect(readdirSync(uploads).sort()).toEqual([queued, fresh, 'link'].sort())
  expect(existsSync(join(dir, 'secret.json'))).toBe(true)
})

test.each([
  ['build.example', /nothing would be encrypted/],
  ['192.0.2.1', /nothing would be encrypted/],
  ['0.0.0.0', /is no host to serve under/],
  ['::', /is no host to serve under/],
  ['a b', /is no host to serve under/],
])('%s is not served without TLS', async (host, message) => {
  const uploads = new Uploads(tempDir())
  const opened = openWebHost({
    host,
    port: 0,
    tls: null,
    renderer_dir: '',
    secret: 'x',
    uploads,
    api: new EchoApi(),
  })
  await expect(opened).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message) as string,
  })
})

test('the secret of a data directory is kept for the next host, for this user alone, and not for ever', async () => {
  const dir = tempDir()
  const secret = await keptSecret(dir)
  expect(await keptSecret(dir)).toBe(secret)
  const file = join(dir, 'web-secret')
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  utimesSync(file, new Date(0), new Date(0))
  expect(await keptSecret(dir)).not.toBe(secret)
  writeFileSync(file, 'short')
  expect(await keptSecret(dir)).toMatch(/^[\w-]{43}$/)
})
