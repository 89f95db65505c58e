import type { Browser, Page } from '@playwright/test'
import { ElectronHost } from './electron-host.ts'
import type { HostName } from './host-names.ts'
import type { Host, HostSurroundings } from './host.ts'
import { ServeHost } from './serve-host.ts'
import { StandInHost } from './stand-in-host.ts'

/**
 * @param browser null where the host brings its own
 * @param prepare is called with the page before anything is loaded where that is possible
 */
export function startHost(
  name: HostName,
  surroundings: HostSurroundings,
  browser: Browser | null,
  prepare: (page: Page) => Promise<void>,
): Promise<Host> {
  switch (name) {
    case 'serve':
      return ServeHost.start(surroundings, needed(browser), prepare)
    case 'stand-in':
      return StandInHost.start(surroundings, needed(browser), prepare)
    case 'electron':
      return ElectronHost.start(surroundings, prepare)
  }
}

function needed(browser: Browser | null): Browser {
  if (browser === null) throw new Error('This host needs a browser.')
  return browser
}
