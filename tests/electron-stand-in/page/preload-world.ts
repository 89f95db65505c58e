import { BRIDGE } from './bridge.ts'
import { CODEC } from './codec.ts'

/** Of the isolated world that the preload runs in, and of the function by which it calls out. */
export const WORLD = 'electron-preload'
export const BINDING = '__electronStandIn'

/**
 * What a sandboxed preload finds: `require` of a few modules only [doc tutorial/sandbox; src lib/sandboxed_renderer/init.ts],
 * of electron's the part of a renderer. Everything else throws.
 */
const WORLD_SIDE = String.raw`
((names, preload) => {
  const codec = ${CODEC}
  const bridge = ${BRIDGE}(names.isolated, names.main)
  const call = (message) => globalThis[${JSON.stringify(BINDING)}](JSON.stringify(message))
  const strict = (name, object) =>
    new Proxy(object, {
      get: (target, key) => {
        if (typeof key === 'symbol' || key in target || key === 'then' || key === '__esModule') return target[key]
        throw new Error('the stand-in has no ' + name + '.' + key + ' for a preload')
      },
    })
  const cloned = (value) => {
    try {
      return structuredClone(value)
    } catch {
      throw new Error('An object could not be cloned.')
    }
  }

  const exposed = new Map()
  const expose = (key, api) => bridge.emit({ do: 'expose', key, api })
  bridge.on('hello', () => exposed.forEach((api, key) => expose(key, api)))
  const contextBridge = strict('contextBridge', {
    exposeInMainWorld: (key, api) => {
      if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object')
      exposed.set(key, bridge.pack(api))
      expose(key, exposed.get(key))
    },
  })

  const listeners = new Map()
  const invocations = new Map()
  const ports = new Map()
  let last_call = 0
  const ipcRenderer = strict('ipcRenderer', {
    send: (channel, ...args) => call({ what: 'send', channel, args: codec.encode(cloned(args)) }),
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        const call_id = ++last_call
        invocations.set(call_id, { resolve, reject })
        call({ what: 'invoke', channel, call_id, args: codec.encode(cloned(args)) })
      }),
    on: (channel, listener) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    off: (channel, listener) => {
      listeners.set(channel, (listeners.get(channel) ?? []).filter((known) => known !== listener))
      return ipcRenderer
    },
  })

  const openPort = (port_id) => {
    // [doc tutorial/message-ports] Electron's pages hear when the other end is closed; Chromium's only where it is told to.
    if (!('onclose' in MessagePort.prototype)) throw new Error('start Chromium with CHROMIUM_ARGS of launch.ts')
    const { port1, port2 } = new MessageChannel()
    ports.set(port_id, port2)
    port2.onmessage = ({ data, ports: inner }) => {
      if (inner.length > 0) throw new Error('the stand-in carries no ports over ports')
      call({ what: 'port-message', port_id, data: codec.encode(data) })
    }
    port2.addEventListener('close', () => {
      ports.delete(port_id)
      call({ what: 'port-closed', port_id })
    })
    return port1
  }

  /** Called from outside, see standin-window.ts. */
  const received = {
    message: ({ channel, args, port_ids }) => {
      const event = strict('event', { sender: ipcRenderer, ports: port_ids.map(openPort) })
      for (const listener of listeners.get(channel) ?? []) listener(event, ...codec.decode(args))
    },
    answer: ({ call_id, error, value }) => {
      const invocation = invocations.get(call_id)
      invocations.delete(call_id)
      // [src lib/renderer/api/ipc-renderer.ts]: nothing but the message comes over.
      if (error === undefined) invocation.resolve(codec.decode(value))
      else invocation.reject(new Error(error))
    },
    'port-message': ({ port_id, data }) => ports.get(port_id)?.postMessage(codec.decode(data)),
    'port-close': ({ port_id }) => {
      ports.get(port_id)?.close()
      ports.delete(port_id)
    },
  }
  globalThis.electronStandInReceive = (text) => {
    const message = JSON.parse(text)
    received[message.what](message)
  }

  // Only a debugger can look behind a File, and only while this world stands still: standin-window.ts waits for the name
  // of this function, puts the path into \`path\` and goes on.
  function electronStandInPathOf(file) {
    let path = null
    debugger
    if (path === null) throw new Error('the stand-in could not find the path of a file')
    return path
  }
  const webUtils = strict('webUtils', {
    getPathForFile: (file) => {
      if (!(file instanceof File)) throw new TypeError('getPathForFile: not a File')
      return electronStandInPathOf(file)
    },
  })

  const electron = strict('electron', { contextBridge, ipcRenderer, webUtils })
  const require = (name) => {
    if (name === 'electron' || name === 'electron/renderer' || name === 'electron/common') return electron
    throw new Error('module not found: ' + name)
  }
  const process = strict('process', {
    ...names.process,
    contextIsolated: true,
    sandboxed: true,
    type: 'renderer',
    versions: Object.freeze({ electron: 'stand-in', chrome: navigator.userAgent }),
  })
  call({ what: 'hello', url: location.href })
  try {
    preload(require, process)
  } catch (error) {
    // [dts 18423] and the window opens all the same.
    call({ what: 'preload-error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
`

export interface WorldOptions {
  readonly names: { readonly main: string; readonly isolated: string }
  readonly platform: string
  /** Text of the preload script; null: the window has none. */
  readonly preload: string | null
}

/** The side of the preload. */
export function preloadWorldSource({ names, platform, preload }: WorldOptions): string {
  const options = { ...names, process: { platform } }
  // A classic script in a function, as Electron wraps it.
  const body = preload ?? ''
  return `${WORLD_SIDE}(${JSON.stringify(options)}, function (require, process) {
    const module = { exports: {} }, exports = module.exports, global = globalThis;
${body}
})`
}
