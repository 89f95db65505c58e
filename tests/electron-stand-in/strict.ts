import { tellSpec } from './spec-link.ts'

/** Asked for by Node, by promises and by test runners of any object. */
const ALWAYS_ASKED: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  '__esModule',
  'constructor',
  'prototype',
  'inspect',
])

/**
 * An object that throws when it is asked for what it does not have: the stand-in must never do nothing where Electron would
 * do something.
 */
export function strict<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get: (target, key) => {
      if (typeof key === 'symbol' || key in target || ALWAYS_ASKED.has(key)) {
        const value: unknown = Reflect.get(target, key, target)
        // Methods need the object itself: its private fields are not the proxy's.
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      }
      throw unimplemented(`${name}.${key}`)
    },
  })
}

/** The error of what is missing; the spec hears of it, too, in case the app swallows it. */
export function unimplemented(what: string): Error {
  const message = `the stand-in for electron has no ${what}: add it to tests/electron-stand-in`
  tellSpec({ type: 'unimplemented', message })
  return new Error(message)
}

/** Refuses options that the stand-in would silently not follow. */
export function checkOptions(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options))
    if (!known.includes(key)) throw unimplemented(`option ${key} of ${what}`)
}
