import type { Component } from 'svelte'

/** One line of a menu; `separator` draws a line. */
export type MenuEntry =
  | 'separator'
  | {
      readonly label: string
      readonly run: () => void
      readonly icon?: Component<{ size?: number }>
      /** Keys that do the same. */
      readonly hint?: string
      readonly danger?: boolean
      readonly disabled?: boolean
    }
