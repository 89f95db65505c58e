import { JobyardError } from '../../shared/errors.ts'
import type { DropSource } from '../../shared/drop.ts'
import type { DroppedFile } from './dropped-files.ts'
import { droppedFiles, pickedFiles } from './dropped-files.ts'
import type { OpenedWire, Transport, WireEvents } from './transport.ts'
import { isFromOwner } from './transport.ts'

/** Uploads under way at once. */
const PARALLEL_UPLOADS = 4

/** The page comes from `jobyard serve`: one WebSocket, and uploads for what is dropped. */
export class WebTransport implements Transport {
  readonly kind = 'web'
  readonly desktop = null
  /** Of the link the page was opened by; null: the session is in a cookie already, or there is none. */
  #token = takeToken()

  async open(events: WireEvents): Promise<OpenedWire> {
    this.#token = takeToken() ?? this.#token
    if (this.#token !== null && (await this.#hasSession(this.#token))) this.#token = null
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/api`)
    let wasOpen = false
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const message: unknown = typeof data === 'string' ? JSON.parse(data) : null
      if (isFromOwner(message)) events.message(message)
    })
    socket.addEventListener('close', () => {
      if (wasOpen) events.closed('lost')
    })
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => {
        wasOpen = true
        resolve()
      })
      socket.addEventListener('error', () => {
        if (!wasOpen) reject(new Error('The connection was refused.'))
      })
    }).catch(async (thrown: unknown) => {
      // A refused WebSocket does not say why: whether the server is there, an ordinary request tells.
      if (await isRefused()) events.closed('no-session')
      throw thrown
    })
    return {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
      },
      close: () => {
        socket.close()
      },
    }
  }

  async sourceOfDrop(data: DataTransfer): Promise<DropSource | null> {
    return upload(await droppedFiles(data))
  }

  pickFiles(): Promise<DropSource | null> {
    const input = document.createElement('input')
    input.type = 'file'
    input.multiple = true
    return new Promise((resolve, reject) => {
      input.addEventListener('cancel', () => {
        resolve(null)
      })
      input.addEventListener('change', () => {
        upload(pickedFiles(input.files ?? [])).then(resolve, reject)
      })
      input.click()
    })
  }

  onFiles(): void {
    // Nobody can open a file with a web page.
  }

  async #hasSession(token: string): Promise<boolean> {
    const answer = await fetch('/session', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    return answer.ok
  }
}

/** Takes the token out of the address, so that it is neither bookmarked nor shown. */
function takeToken(): string | null {
  const token = /^#token=([^&]+)/.exec(location.hash)?.[1]
  if (token === undefined) return null
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  return decodeURIComponent(token)
}

async function isRefused(): Promise<boolean> {
  try {
    const answer = await fetch('/session', { credentials: 'same-origin' })
    return answer.status === 401 || answer.status === 403
  } catch {
    return false
  }
}

async function upload(files: readonly DroppedFile[]): Promise<DropSource | null> {
  if (files.length === 0) return null
  const upload_id = crypto.randomUUID()
  const left = [...files]
  const send = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await put(upload_id, next)
  }
  await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, send))
  return { from: 'upload', upload_id }
}

async function put(upload_id: string, { path, file }: DroppedFile): Promise<void> {
  const url = `/upload/${upload_id}/${path.split('/').map(encodeURIComponent).join('/')}`
  const answer = await fetch(url, { method: 'PUT', credentials: 'same-origin', body: file })
  if (answer.ok) return
  throw new JobyardError(
    'BAD_INPUT',
    answer.status === 413
      ? `“${path}” is too large to be dropped here. Put it on the machine that runs Jobyard and drop a job file that names it.`
      : `“${path}” could not be sent (the server answered ${answer.status}). Try again.`,
  )
}
