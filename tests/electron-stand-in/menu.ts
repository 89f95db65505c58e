/** `Menu` and `MenuItem`. [dts 10045 ff.; doc menu, menu-item] */
import { strict, unimplemented } from './strict.ts'

export interface Template {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly visible?: boolean
  readonly click?: (item: MenuItem, window: undefined, event: object) => void
  readonly submenu?: readonly Template[]
}

/** [dts 23439] */
const ROLES: ReadonlySet<string> = new Set(
  (
    'undo redo cut copy paste pasteAndMatchStyle delete selectAll reload forceReload toggleDevTools resetZoom zoomIn zoomOut ' +
    'toggleSpellChecker togglefullscreen window minimize close help about services hide hideOthers unhide quit ' +
    'startSpeaking stopSpeaking zoom front appMenu fileMenu editMenu viewMenu shareMenu recentDocuments windowMenu'
  ).split(' '),
)
const MODIFIERS =
  /^(?:Command|Cmd|Control|Ctrl|CommandOrControl|CmdOrCtrl|Alt|Option|AltGr|Shift|Super|Meta)$/
const KEYS =
  /^(?:[A-Z0-9]|F\d{1,2}|Plus|Space|Tab|Backspace|Delete|Insert|Return|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|Esc|[)!@#$%^&*(:;<,>.?/~`{\][|\\}'"=-])$/

export class MenuItem {
  readonly id: string | undefined
  readonly label: string
  readonly role: string | undefined
  readonly type: string
  readonly accelerator: string | undefined
  enabled: boolean
  readonly submenu: Menu | undefined
  readonly #click: Template['click']

  constructor(template: Template) {
    const { label, role, type, submenu, accelerator } = template
    // [src lib/browser/api/menu.ts]
    if (label === undefined && role === undefined && type !== 'separator')
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type')
    if (role !== undefined && !ROLES.has(role)) throw new TypeError(`there is no role ${role}`)
    if (accelerator !== undefined) checkAccelerator(accelerator)
    this.id = template.id
    this.role = role
    this.label = label ?? role ?? ''
    this.type = type ?? (submenu === undefined ? 'normal' : 'submenu')
    this.accelerator = accelerator
    this.enabled = template.enabled ?? true
    this.submenu = submenu === undefined ? undefined : new Menu(submenu)
    this.#click = template.click
  }

  /** A person chooses it. */
  click(): void {
    if (!this.enabled) throw new Error(`the menu item ${this.label} cannot be chosen now`)
    if (this.#click === undefined) throw unimplemented(`menu role ${this.role ?? this.label}`)
    this.#click(this, undefined, {})
  }
}

/** [doc accelerator] */
function checkAccelerator(accelerator: string): void {
  const parts = accelerator.split('+')
  const key = parts.pop() ?? ''
  if (KEYS.test(key) && parts.every((part) => MODIFIERS.test(part))) return
  throw new TypeError(`${accelerator} is no accelerator`)
}

let applicationMenu: Menu | null = null

export class Menu {
  readonly items: readonly MenuItem[]

  constructor(template: readonly Template[] = []) {
    this.items = template.map((item) => new MenuItem(item))
  }

  static buildFromTemplate(template: readonly Template[]): Menu {
    return strict('menu', new Menu(template))
  }

  static setApplicationMenu(menu: Menu | null): void {
    const keys = (menu?.all() ?? []).flatMap(({ accelerator }) => accelerator ?? [])
    // Electron would run one of the two and say nothing.
    const twice = keys.find((key, at) => keys.indexOf(key) !== at)
    if (twice !== undefined) throw new Error(`two menu items have the key ${twice}`)
    applicationMenu = menu
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu
  }

  getMenuItemById(id: string): MenuItem | null {
    return this.all().find((item) => item.id === id) ?? null
  }

  /** For specs. */
  labels(): readonly string[] {
    return this.all().map(({ label }) => label)
  }

  /** For specs: a person chooses the item of that label, wherever it is. */
  choose(label: string): void {
    const item = this.all().find((candidate) => candidate.label === label)
    if (item === undefined) throw new Error(`there is no menu item ${label}: ${this.labels().join(', ')}`)
    item.click()
  }

  all(): readonly MenuItem[] {
    return this.items.flatMap((item) => [item, ...(item.submenu?.all() ?? [])])
  }
}
