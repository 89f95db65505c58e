import type { DropSource } from '../../shared/drop.ts'
import type { DesktopHelp, OpenedWire, Transport, WireEvents } from './transport.ts'
import { isFromOwner } from './transport.ts'

/** What the preload script gives to the page. */
export interface JobyardHost {
  readonly kind: 'electron'
  readonly platform: string
  /** A port comes back as a window message of type `jobyard-port`. */
  requestPort(): void
  /** '' where the file is not of the disk. */
  pathOf(file: File): string
  pickFiles(): Promise<readonly string[]>
  canUpdate(): Promise<boolean>
  onFiles(listener: (paths: readonly string[]) => void): void
}

declare global {
  interface Window {
    readonly jobyardHost?: JobyardHost
  }
}

/** Later than this, the main process does not answer. */
const PORT_PATIENCE_MS = 10_000

export class ElectronTransport implements Transport {
  readonly kind = 'electron'
  readonly desktop: DesktopHelp
  readonly #host: JobyardHost

  constructor(host: JobyardHost) {
    this.#host = host
    this.desktop = {
      canUpdate: () => host.canUpdate(),
    }
  }

  async open(events: WireEvents): Promise<OpenedWire> {
    const port = await this.#port()
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isFromOwner(data)) events.message(data)
    }
    port.addEventListener('close', () => {
      events.closed('lost')
    })
    return {
      send: (message) => {
        port.postMessage(message)
      },
      close: () => {
        port.close()
      },
    }
  }

  sourceOfDrop(data: DataTransfer): Promise<DropSource | null> {
    const paths = [...data.files].map((file) => this.#host.pathOf(file)).filter((path) => path !== '')
    return Promise.resolve(fromPaths(paths))
  }

  async pickFiles(): Promise<DropSource | null> {
    return fromPaths(await this.#host.pickFiles())
  }

  onFiles(listener: (source: DropSource) => void): void {
    this.#host.onFiles((paths) => {
      const source = fromPaths(paths)
      if (source !== null) listener(source)
    })
  }

  #port(): Promise<MessagePort> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        window.removeEventListener('message', take)
        clearTimeout(patience)
      }
      const patience = setTimeout(() => {
        stop()
        reject(new Error('The main process gave no port.'))
      }, PORT_PATIENCE_MS)
      const take = (event: MessageEvent<unknown>): void => {
        const [port] = event.ports
        if (event.source !== window || !isPortMessage(event.data) || port === undefined) return
        stop()
        resolve(port)
      }
      window.addEventListener('message', take)
      this.#host.requestPort()
    })
  }
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'jobyard-port'
}

function fromPaths(paths: readonly string[]): DropSource | null {
  return paths.length === 0 ? null : { from: 'paths', paths: [...paths] }
}
