/** Turns what structured clone carries into text and back, with what JSON would lose (`undefined`, dates, errors). */
export const CODEC = String.raw`
(() => {
  const pack = (value) => {
    if (value === undefined) return { $: 'undefined' }
    if (typeof value === 'bigint') return { $: 'bigint', text: String(value) }
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', text: String(value) }
    if (typeof value === 'function' || typeof value === 'symbol') throw new Error('An object could not be cloned.')
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(pack)
    if (value instanceof Date) return { $: 'date', ms: value.getTime() }
    if (value instanceof Error) return { $: 'error', message: value.message }
    const entries = Object.entries(value).map(([key, inner]) => [key, pack(inner)])
    // Other worlds have other prototypes; what has a tag of its own is something this cannot carry.
    const tag = Object.prototype.toString.call(value)
    if (tag !== '[object Object]') throw new Error('the stand-in cannot carry a ' + tag)
    return '$' in value ? { $: 'object', entries } : Object.fromEntries(entries)
  }
  const unpack = (value) => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(unpack)
    switch (value.$) {
      case undefined:
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner)]))
      case 'undefined':
        return undefined
      case 'bigint':
        return BigInt(value.text)
      case 'number':
        return Number(value.text)
      case 'date':
        return new Date(value.ms)
      case 'error':
        return new Error(value.message)
      case 'object':
        return Object.fromEntries(value.entries.map(([key, inner]) => [key, unpack(inner)]))
    }
  }
  return { encode: (value) => JSON.stringify(pack(value)), decode: (text) => unpack(JSON.parse(text)) }
})()
`
