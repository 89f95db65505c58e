import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { ApiConnection, makeApiClient } from '../../shared/api-client.ts'
import type { FromOwner } from '../../shared/api-protocol.ts'
import type { ApiClient } from '../../shared/ipc.ts'
import type { Running } from './cli-harness.ts'
import { gated, jobsFile, Place } from './cli-harness.ts'
import { WebClient } from './web-client.ts'

/** Made for these tests: nobody trusts it. */
const TLS = join(import.meta.dirname, '../fixtures/tls')
const readySchema = z.strictObject({ url: z.url(), pid: z.int() })

interface Served {
  readonly run: Running
  readonly url: string
  readonly client: WebClient
}

async function serve(place: Place, ...args: readonly string[]): Promise<Served> {
  const run = place.start(['serve', '--json', ...args])
  await run.says('}\n', 'stdout')
  const { url, pid } = readySchema.parse(JSON.parse(run.stdout))
  expect(pid).toBe(run.pid)
  return { run, url, client: new WebClient(url) }
}

/** The API as a page has it. */
async function openApi(client: WebClient): Promise<ApiClient> {
  await client.login()
  const socket = await client.open()
  if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`)
  const connection: ApiConnection = new ApiConnection(
    {
      send: (message) => {
        socket.send(JSON.stringify(message))
      },
    },
    { onSnapshot: () => undefined, onDelta: () => undefined, onJobNews: () => undefined },
  )
  socket.on('message', (data: Buffer) => {
    connection.receive(JSON.parse(data.toString()) as FromOwner)
  })
  return makeApiClient(() => connection)
}

test('what a browser sends is queued and runs; paths of this machine are none of its business', async () => {
  const place = new Place()
  mkdirSync(place.path('data/uploads/left'), { recursive: true })
  const { run, client } = await serve(place)
  expect((await client.ask('/')).body).toContain('<!doctype html>')
  const api = await openApi(client)
  const upload_id = randomUUID()
  const job = { name: 'sent', command: `cat beside.txt > ${place.path('ran')}; touch ${place.path('done')}` }
  const spec = JSON.stringify(jobsFile(job))
  expect((await client.put(`/upload/${upload_id}/a.job.json`, spec)).status).toBe(204)
  expect((await client.put(`/upload/${upload_id}/beside.txt`, 'beside')).status).toBe(204)
  const source = { from: 'upload', upload_id } as const
  const preview = await api('drop:preview', { source, recursive: false })
  expect(preview).toMatchObject({ count: 1, jobs: [{ name: 'sent', source: { file: 'a.job.json' } }] })
  await api('drop:submit', { drop_id: preview.drop_id, skip_bad: true, trust: false })
  await place.appears('done')
  const refused = api('drop:preview', { source: { from: 'paths', paths: [place.dir] }, recursive: false })
  await expect(refused).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  run.signal('SIGINT')
  const end = await run.ended
  expect([end.code, end.stdout.trimEnd().split('\n')]).toEqual([0, [expect.stringContaining('"url"')]])
  expect(readdirSync(place.path('data/uploads'))).toEqual([upload_id])
})

test('other commands reach it, a stopped pool rests until it is resumed, and two Ctrl-C stop what runs', async () => {
  const place = new Place()
  place.write('a.job.json', jobsFile(gated('first')))
  const { run } = await serve(place, '-c', '1', 'a.job.json')
  await place.appears('first.started')
  const second = place.start(['serve'])
  expect((await second.ended).stderr).toContain(`in use by process ${run.pid} (the web host of Jobyard)`)
  place.write('first.go', '')
  expect((await place.cli('stop')).stdout).toBe('stopped\n')
  place.write('b.job.json', jobsFile(gated('second')))
  await place.cli('add', 'b.job.json')
  expect((await place.cli('resume')).stdout).toBe('the queue is resumed\n')
  await place.appears('second.started')
  run.signal('SIGINT')
  await run.says('finishing')
  run.signal('SIGINT')
  expect((await run.ended).code).toBe(130)
  expect((await place.cli('ls', '--json')).stdout).toContain('"state":"interrupted"')
})

test('without --json a person is told the link, and that no browser could be opened where there is no display', async () => {
  const place = new Place()
  const run = place.start(['serve', '--open'])
  await run.says('/#token=', 'stdout')
  await run.says('no browser could be opened here')
  run.signal('SIGTERM')
  const end = await run.ended
  expect(end.code).toBe(143)
  expect(end.stdout).toMatch(/^Jobyard works \S+\. Open http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
})

test('other hosts than this machine need TLS, and get it', async () => {
  const place = new Place()
  const plain = await place.cli('serve', '--host', 'build.example')
  expect([plain.code, plain.stderr]).toEqual([2, expect.stringContaining('nothing would be encrypted')])
  const half = await place.cli('serve', '--tls-cert', 'cert.pem')
  expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('given together')])
  const none = await place.cli('serve', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem')
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('cert.pem cannot be read')])
  place.write('cert.pem', 'x')
  place.write('key.pem', 'x')
  const bad = await place.cli('serve', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem')
  expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('TLS files cannot be used')])
})

test('with TLS the page comes encrypted, and the cookie goes no other way', async () => {
  const place = new Place()
  const [cert, key] = [join(TLS, 'cert.pem'), join(TLS, 'key.pem')]
  const { run, url } = await serve(place, '--host', 'localhost', '--tls-cert', cert, '--tls-key', key)
  const { protocol, host, origin, port, hash } = new URL(url)
  expect(protocol).toBe('https:')
  const cookie = await new Promise<string | undefined>((resolve, reject) => {
    const headers = { host, origin, 'content-type': 'application/json' }
    const sent = request(
      { host: 'localhost', port, path: '/session', method: 'POST', headers, ca: readFileSync(cert) },
      (response) => {
        resolve(response.headers['set-cookie']?.[0])
        response.destroy()
      },
    )
    sent.once('error', reject)
    sent.end(JSON.stringify({ token: hash.replace('#token=', '') }))
  })
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/)
  run.signal('SIGINT')
  await run.ended
})
