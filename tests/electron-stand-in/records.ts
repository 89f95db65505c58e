/** What the app has shown outside its windows, for specs: `app.evaluate(({ standIn }) => standIn.notifications)`. */

export interface ShownNotification {
  readonly title: string
  readonly body: string
  readonly click: () => void
}

export interface ShownTray {
  tool_tip: string
  /** Labels of its menu. */
  menu: readonly string[]
  readonly click: () => void
  readonly choose: (label: string) => void
  is_destroyed: boolean
}

export const records = {
  sandbox_enabled: false,
  badge_count: 0,
  /** Of the last window; -1: none. */
  progress: { value: -1, mode: 'none' },
  notifications: [] as ShownNotification[],
  trays: [] as ShownTray[],
  /** Ids of the blockers that are on. */
  power_blockers: new Set<number>(),
  /** Every dialog that was asked for, whether or not a spec answers it. */
  dialogs: [] as { readonly kind: string; readonly options: unknown }[],
  error_boxes: [] as { readonly title: string; readonly content: string }[],
  opened_paths: [] as string[],
  copied_texts: [] as string[],
  /** Addresses that were asked for over `net`. */
  requests: [] as string[],
  preload_errors: [] as string[],
}
