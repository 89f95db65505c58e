// Sandboxed: one classic script that can reach `electron` and nothing else. It only carries; what is said is typed in
// shared/, and checked on the other side.

import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type {
  Answer,
  MainMessage,
  PageMessage,
  PageVerb,
  PageVerbInput,
  PageVerbOutput,
} from '../../shared/desktop-channels.ts'

const send = (channel: PageMessage): void => {
  ipcRenderer.send(channel)
}

async function ask<K extends PageVerb>(channel: K, input: PageVerbInput<K>): Promise<PageVerbOutput<K>> {
  const answer: unknown = await ipcRenderer.invoke(channel, input)
  if (!isAnswer<PageVerbOutput<K>>(answer)) throw new Error('The main process gave no answer.')
  if (answer.ok) return answer.value
  throw new Error(answer.message)
}

/** The main process is of the same build: that it answers what was asked is taken on trust. */
function isAnswer<T>(answer: unknown): answer is Answer<T> {
  return typeof answer === 'object' && answer !== null && 'ok' in answer
}

/** @returns the function that ends it; a listener of the page is another function here each time it comes over. */
function listen(
  channel: MainMessage,
  listener: (value: unknown, ports: readonly MessagePort[]) => void,
): () => void {
  const onMessage = (event: Electron.IpcRendererEvent, value: unknown): void => {
    listener(value, event.ports)
  }
  ipcRenderer.on(channel, onMessage)
  return () => {
    ipcRenderer.off(channel, onMessage)
  }
}

// A port cannot go over the context bridge, only to the window.
listen('jobyard:port', (_value, ports) => {
  window.postMessage({ type: 'jobyard-port' }, location.origin, [...ports])
})

// The page finds its way by the address alone, so that the menu needs nothing else of it.
listen('jobyard:show', (view) => {
  if (typeof view === 'string' && /^[a-z]+(?:\/\d+)?$/.test(view)) location.hash = `#/${view}`
})

contextBridge.exposeInMainWorld('jobyardHost', {
  kind: 'electron',
  platform: process.platform,
  requestPort: () => {
    send('jobyard:connect')
  },
  pathOf: (file: File) => webUtils.getPathForFile(file),
  pickFiles: () => ask('jobyard:pick-files', undefined),
  canUpdate: () => ask('jobyard:can-update', undefined),
  saveText: (name: string, text: string) => ask('jobyard:save-text', { name, text }),
  /** Paths that were given to the app: by the system, a menu or a second start. Those of before come at once. */
  onFiles: (listener: (paths: readonly string[]) => void) => {
    const take = (): void => {
      void ask('jobyard:take-files', undefined).then((paths) => {
        if (paths.length > 0) listener(paths)
      })
    }
    take()
    return listen('jobyard:files', take)
  },
})
