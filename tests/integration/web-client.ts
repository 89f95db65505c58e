import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { WebSocket } from 'ws'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A web host as a browser with a page of it sees it: `fetch` would not let a test choose Host, Origin and cookies. */
export class WebClient {
  readonly port: number
  readonly token: string
  /** The cookie that the last session was given. */
  cookie = ''

  /** @param url as it was printed */
  constructor(url: string) {
    const { port, hash } = new URL(url)
    this.port = Number(port)
    this.token = hash.replace('#token=', '')
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Headers of a request that a page of ours makes. */
  own(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { origin: this.origin, cookie: this.cookie, ...headers }
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: this.port, path, method, headers, agent: false },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.once('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
          })
        },
      )
      sent.once('error', reject)
      sent.end(body)
    })
  }

  async login(token = this.token, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.ask('/session', {
      method: 'POST',
      headers: { origin: this.origin, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    })
    this.cookie = answer.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? this.cookie
    return answer
  }

  put(path: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, { method: 'PUT', headers: this.own(headers), body })
  }

  /** Opens a WebSocket; the status where it was refused. */
  open(headers: Readonly<Record<string, string>> = this.own(), path = '/api'): Promise<WebSocket | number> {
    return new Promise((resolve, reject) => {
      const { origin, ...others } = headers
      const socket = new WebSocket(`ws://127.0.0.1:${this.port}${path}`, {
        headers: others,
        ...(origin === undefined ? {} : { origin }),
      })
      socket.once('open', () => {
        resolve(socket)
      })
      socket.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0)
        response.destroy()
      })
      socket.once('error', reject)
    })
  }
}
