import { ElectronTransport } from './electron-transport.ts'
import type { Transport } from './transport.ts'
import { WebTransport } from './web-transport.ts'

/** The one that fits where this page runs. */
export function chooseTransport(): Transport {
  const host = window.jobyardHost
  return host === undefined ? new WebTransport() : new ElectronTransport(host)
}
