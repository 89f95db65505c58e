import { join } from 'node:path'
import { app, Menu, nativeImage, Notification, powerSaveBlocker, Tray } from 'electron'
import type { MenuActions } from './menu-template.ts'
import { appMenu, trayMenu } from './menu-template.ts'
import type { Notice } from './notifier.ts'
import type { MainWindow } from './main-window.ts'
import type { YardSummary } from './yard-summary.ts'
import { summaryText, WorkProgress } from './yard-summary.ts'

export interface DesktopSignsOptions {
  /** Folder of the pictures. */
  readonly icons: string
  readonly window: MainWindow
  readonly actions: MenuActions
  /** Whether the machine is to be kept from sleeping while jobs run. */
  readonly preventSleep: () => boolean
}

/** Everything outside the window that shows how the yard is: menus, tray, dock or taskbar, and the machine kept awake. */
export class DesktopSigns {
  readonly #options: DesktopSignsOptions
  readonly #tray: Tray | null
  readonly #progress = new WorkProgress()
  /** Kept from being collected as garbage, which would end them and their clicks. */
  readonly #notifications = new Set<Notification>()
  #menu_of: YardSummary['pool'] | null = null
  #blocker_id: number | null = null
  #last: YardSummary | null = null

  constructor(options: DesktopSignsOptions) {
    this.#options = options
    this.#tray = openTray(options.icons, options.actions)
  }

  show(summary: YardSummary): void {
    this.#last = summary
    this.#showMenus(summary)
    this.#showProgress(summary)
    this.keepAwake()
  }

  /** To be called when the setting has changed, too. */
  keepAwake(): void {
    const wanted = (this.#last?.active ?? 0) > 0 && this.#options.preventSleep()
    if (wanted && this.#blocker_id === null) {
      this.#blocker_id = powerSaveBlocker.start('prevent-app-suspension')
    } else if (!wanted && this.#blocker_id !== null) {
      powerSaveBlocker.stop(this.#blocker_id)
      this.#blocker_id = null
    }
  }

  notify({ title, body, place }: Notice): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    this.#notifications.add(notification)
    const forget = (): void => {
      this.#notifications.delete(notification)
    }
    notification.on('click', () => {
      forget()
      this.#options.window.show(place)
    })
    notification.on('close', forget)
    notification.on('failed', forget)
    notification.show()
  }

  close(): void {
    this.#last = null
    this.keepAwake()
    this.#tray?.destroy()
  }

  #showMenus(summary: YardSummary): void {
    const { actions } = this.#options
    this.#tray?.setToolTip(`Jobyard: ${summaryText(summary)}`)
    // Linux shows changes of a menu only where it is set anew.
    this.#tray?.setContextMenu(Menu.buildFromTemplate(trayMenu(summary, actions)))
    if (summary.pool === this.#menu_of) return
    this.#menu_of = summary.pool
    const state = { platform: process.platform, is_packaged: app.isPackaged, pool: summary.pool }
    Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(state, actions)))
  }

  #showProgress(summary: YardSummary): void {
    const progress = this.#progress.update(summary)
    const mode = summary.pool === 'paused' ? 'paused' : 'normal'
    this.#options.window.current?.setProgressBar(progress ?? -1, { mode })
    // Windows has no badges.
    if (process.platform !== 'win32') app.setBadgeCount(summary.active + summary.waiting)
  }
}

/** null where the desktop has no place for it. */
function openTray(icons: string, actions: MenuActions): Tray | null {
  const is_mac = process.platform === 'darwin'
  try {
    // A template picture takes the colour of the menu bar.
    const tray = new Tray(nativeImage.createFromPath(join(icons, is_mac ? 'trayTemplate.png' : 'tray.png')))
    tray.on('click', () => {
      // On a Mac a click opens the menu.
      if (!is_mac) actions.show()
    })
    return tray
  } catch (error) {
    console.error('there is no tray:', error)
    return null
  }
}
