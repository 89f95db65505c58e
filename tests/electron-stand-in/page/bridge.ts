/**
 * The context bridge between two worlds of one page: runs in each of them. Values are copied, functions become functions
 * that call over, promises settle over. [doc context-bridge: "Parameter / Error / Return Type support"; dts 6325 ff.]
 * Events of the window reach all worlds at once and synchronously; what they carry is cloned on the way.
 */
export const BRIDGE = String.raw`
((mine, theirs) => {
  const functions = new Map()
  const promises = new Map()
  const results = new Map()
  const cloneError = () => new Error('An object could not be cloned.')
  let last_id = 0
  const emit = (detail) => window.dispatchEvent(new CustomEvent(theirs, { detail }))
  const pack = (value, depth = 0) => {
    if (depth > 1000) throw new Error('Electron contextBridge recursion depth exceeded.')
    if (typeof value === 'function') {
      const id = ++last_id
      functions.set(id, value)
      return { is: 'function', id }
    }
    if (typeof value === 'symbol') throw cloneError()
    if (value === null || typeof value !== 'object') return { is: 'value', value }
    if (value instanceof Promise) {
      const id = ++last_id
      value.then(
        (result) => emit({ do: 'settle', id, value: pack(result) }),
        (error) => emit({ do: 'settle', id, error: error instanceof Error ? error.message : String(error) }),
      )
      return { is: 'promise', id }
    }
    if (Array.isArray(value)) return { is: 'array', items: value.map((item) => pack(item, depth + 1)) }
    if (Object.prototype.toString.call(value) === '[object Object]') {
      return { is: 'object', entries: Object.entries(value).map(([key, inner]) => [key, pack(inner, depth + 1)]) }
    }
    if (value instanceof Error) return { is: 'error', message: value.message }
    // A MessagePort is none of what the bridge carries.
    if (value instanceof MessagePort) throw cloneError()
    try {
      return { is: 'value', value: structuredClone(value) }
    } catch {
      throw cloneError()
    }
  }
  const unpack = (packed) => {
    switch (packed.is) {
      case 'value':
        return packed.value
      case 'error':
        return new Error(packed.message)
      case 'array':
        return Object.freeze(packed.items.map(unpack))
      case 'object':
        return Object.freeze(Object.fromEntries(packed.entries.map(([key, inner]) => [key, unpack(inner)])))
      case 'promise':
        return new Promise((resolve, reject) => promises.set(packed.id, { resolve, reject }))
      case 'function':
        return (...args) => {
          const call = ++last_id
          emit({ do: 'call', call, id: packed.id, args: args.map((arg) => pack(arg)) })
          const result = results.get(call)
          results.delete(call)
          if (result === undefined) throw new Error('the other world of the page did not answer')
          if ('error' in result) throw new Error(result.error)
          return unpack(result.value)
        }
    }
  }
  const call = ({ call, id, args }) => {
    try {
      emit({ do: 'result', call, value: pack(functions.get(id)(...args.map(unpack))) })
    } catch (error) {
      emit({ do: 'result', call, error: error instanceof Error ? error.message : String(error) })
    }
  }
  const settle = ({ id, value, error }) => {
    const promise = promises.get(id)
    promises.delete(id)
    if (error === undefined) promise?.resolve(unpack(value))
    else promise?.reject(new Error(error))
  }
  const listeners = { call, settle, result: (detail) => results.set(detail.call, detail) }
  window.addEventListener(mine, ({ detail }) => listeners[detail.do]?.(detail))
  return { pack, unpack, emit, on: (what, listener) => (listeners[what] = listener) }
})
`

/** The side of the page. @param names two event names that a page cannot guess */
export function mainWorldSource(names: { readonly main: string; readonly isolated: string }): string {
  return `(() => {
  const bridge = ${BRIDGE}(${JSON.stringify(names.main)}, ${JSON.stringify(names.isolated)})
  bridge.on('expose', ({ key, api }) => {
    if (key in window) return
    // [doc context-bridge] what is exposed cannot be replaced.
    Object.defineProperty(window, key, { value: bridge.unpack(api), enumerable: true, writable: false, configurable: false })
  })
  bridge.emit({ do: 'hello' })
})()`
}
