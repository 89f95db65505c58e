/** Everything outside the windows: recorded, for specs to look at and to act on. */
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import type { ShownTray } from './records.ts'
import { records } from './records.ts'
import type { Menu } from './menu.ts'
import { strict, unimplemented } from './strict.ts'

/** Nobody is there to answer: a spec puts its own function in place, as it has to with a real Electron. [facts H2] */
function unanswered(kind: string): (...args: unknown[]) => Promise<unknown> {
  return (...args) => {
    const options = args.length > 1 ? args[1] : args[0]
    records.dialogs.push({ kind, options })
    const advice = `app.evaluate(({ dialog }) => { dialog.${kind} = async () => … })`
    throw unimplemented(`person to answer dialog.${kind}; let the spec answer: ${advice}`)
  }
}

export const dialog = strict('dialog', {
  showOpenDialog: unanswered('showOpenDialog'),
  showSaveDialog: unanswered('showSaveDialog'),
  showMessageBox: unanswered('showMessageBox'),
  /** [dts 7236] may be called before `ready`. */
  showErrorBox: (title: string, content: string) => {
    records.error_boxes.push({ title, content })
    process.stderr.write(`error box: ${title}: ${content}\n`)
  },
})

class TrayImpl extends EventEmitter {
  readonly #shown: ShownTray = {
    tool_tip: '',
    menu: [],
    is_destroyed: false,
    click: () => this.emit('click', {}, {}, {}),
    choose: (label) => {
      this.#menu?.choose(label)
    },
  }
  #menu: Menu | null = null

  constructor(image: unknown) {
    super()
    if (!(image instanceof NativeImage) && typeof image !== 'string')
      throw new TypeError('a tray needs a picture')
    records.trays.push(this.#shown)
  }

  setToolTip(text: string): void {
    this.#check()
    this.#shown.tool_tip = text
  }

  setContextMenu(menu: Menu | null): void {
    this.#check()
    this.#menu = menu
    this.#shown.menu = menu?.labels() ?? []
  }

  destroy(): void {
    this.#shown.is_destroyed = true
  }

  #check(): void {
    if (this.#shown.is_destroyed) throw new TypeError('Tray is destroyed')
  }
}

export const Tray = new Proxy(TrayImpl, {
  construct: (target, [image]: [unknown]) => strict('tray', new target(image)),
})

/** [dts 10755] shows nothing before `show`. */
class NotificationImpl extends EventEmitter {
  readonly #options: { readonly title?: string; readonly body?: string }

  static isSupported(): boolean {
    return true
  }

  constructor(options: { readonly title?: string; readonly body?: string } = {}) {
    super()
    this.#options = options
  }

  show(): void {
    const { title = '', body = '' } = this.#options
    records.notifications.push({ title, body, click: () => this.emit('click', {}) })
    this.emit('show', {})
  }

  close(): void {
    this.emit('close', {})
  }
}

export const Notification = new Proxy(NotificationImpl, {
  construct: (target, [options]: [object?]) => strict('notification', new target(options)),
})

let last_blocker = 0
export const powerSaveBlocker = strict('powerSaveBlocker', {
  start: (kind: string) => {
    if (kind !== 'prevent-app-suspension' && kind !== 'prevent-display-sleep') throw new TypeError(kind)
    last_blocker += 1
    records.power_blockers.add(last_blocker)
    return last_blocker
  },
  stop: (id: number) => records.power_blockers.delete(id),
  isStarted: (id: number) => records.power_blockers.has(id),
})

export const powerMonitor = strict('powerMonitor', new EventEmitter())

class NativeImage {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  isEmpty(): boolean {
    return !existsSync(this.path)
  }
}

export const nativeImage = strict('nativeImage', {
  /** Electron gives an empty picture for a file that is not there, which shows as nothing: here it is a fault. */
  createFromPath: (path: string) => {
    if (!existsSync(path)) throw unimplemented(`picture ${path}`)
    return new NativeImage(path)
  },
})

export const clipboard = strict('clipboard', {
  /** [dts 7486] */
  writeText: (text: string) => {
    records.copied_texts.push(text)
    return Promise.resolve()
  },
})

export const shell = strict('shell', {
  openPath: (path: string) => {
    records.opened_paths.push(path)
    return Promise.resolve('')
  },
})
