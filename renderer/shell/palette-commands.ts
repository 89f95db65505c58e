import ClipboardPaste from '@lucide/svelte/icons/clipboard-paste'
import Cpu from '@lucide/svelte/icons/cpu'
import FolderOpen from '@lucide/svelte/icons/folder-open'
import History from '@lucide/svelte/icons/history'
import Keyboard from '@lucide/svelte/icons/keyboard'
import ListTodo from '@lucide/svelte/icons/list-todo'
import Monitor from '@lucide/svelte/icons/monitor'
import Moon from '@lucide/svelte/icons/moon'
import OctagonX from '@lucide/svelte/icons/octagon-x'
import Pause from '@lucide/svelte/icons/pause'
import Play from '@lucide/svelte/icons/play'
import RotateCcw from '@lucide/svelte/icons/rotate-ccw'
import Settings from '@lucide/svelte/icons/settings-2'
import Square from '@lucide/svelte/icons/square'
import Sun from '@lucide/svelte/icons/sun'
import type { DropFlow } from '../drop/drop-flow.svelte.ts'
import type { MenuEntry } from '../components/menu-entry.ts'
import type { AppState } from '../state/app-state.svelte.ts'
import type { Commands } from '../state/commands.svelte.ts'
import { actOnJobs } from '../state/job-actions.ts'
import { selectedActionsOf } from '../views/queue/selected-actions.svelte.ts'

export interface PaletteCommand {
  readonly section: string
  readonly label: string
  readonly icon: NonNullable<Exclude<MenuEntry, 'separator'>['icon']>
  /** It is found by these, too. */
  readonly words?: readonly string[]
  readonly keys?: string
  readonly run: () => void
}

/** What the palette offers now. */
export function paletteCommands(
  app: AppState,
  commands: Commands,
  flow: DropFlow,
  showShortcuts: () => void,
): readonly PaletteCommand[] {
  return [
    ...selectedCommands(app),
    ...poolCommands(app, commands),
    ...jobCommands(app, flow),
    ...placeCommands(app, showShortcuts),
  ]
}

/** What the menu of the queue has for the jobs that are selected there. */
function selectedCommands(app: AppState): PaletteCommand[] {
  return selectedActionsOf(app).entries.flatMap((entry) => {
    if (entry === 'separator') return []
    const { label, icon = ListTodo, hint, run } = entry
    const words = ['selected', 'jobs']
    return [
      { section: 'Selected jobs', label, icon, words, run, ...(hint === undefined ? {} : { keys: hint }) },
    ]
  })
}

function poolCommands(app: AppState, commands: Commands): PaletteCommand[] {
  const { state } = app.yard.pool
  const section = 'Pool'
  const is_up = state === 'running' || state === 'paused'
  return [
    ...(state === 'running'
      ? [{ section, label: 'Pause the pool', icon: Pause, keys: 'P', run: commands.pause }]
      : []),
    ...(state === 'paused'
      ? [{ section, label: 'Resume the pool', icon: Play, keys: 'P', run: commands.resume }]
      : []),
    ...(is_up ? [] : [{ section, label: 'Start the pool', icon: Play, keys: 'P', run: commands.start }]),
    ...(is_up
      ? [
          {
            section,
            label: 'Stop when running jobs are done',
            icon: Square,
            words: ['drain'],
            run: commands.stop,
          },
        ]
      : []),
    ...(state === 'stopped'
      ? []
      : [{ section, label: 'Stop now…', icon: OctagonX, words: ['kill', 'force'], run: commands.stopNow }]),
  ]
}

function jobCommands(app: AppState, flow: DropFlow): PaletteCommand[] {
  const section = 'Add jobs'
  const { interrupted, failed } = app.yard.counts
  return [
    {
      ...{ section, label: 'Open job files…', icon: FolderOpen, keys: 'Ctrl O', words: ['drop', 'add'] },
      run: () => void flow.pick(),
    },
    {
      ...{ section, label: 'Paste commands', icon: ClipboardPaste, keys: 'Ctrl V', words: ['clipboard'] },
      run: () => void flow.pasteFromClipboard(),
    },
    ...(interrupted === 0
      ? []
      : [
          {
            ...{ section, label: 'Queue all interrupted jobs again', icon: RotateCcw, words: ['requeue'] },
            run: () => void actOnJobs(app, 'requeue', { filter: { states: ['interrupted'] } }),
          },
        ]),
    ...(failed === 0
      ? []
      : [
          {
            ...{ section, label: 'Run all failed jobs again', icon: RotateCcw, words: ['retry'] },
            run: () => void actOnJobs(app, 'retry', { filter: { states: ['failed'] } }),
          },
        ]),
  ]
}

function placeCommands(app: AppState, showShortcuts: () => void): PaletteCommand[] {
  const section = 'Go to'
  const go = (view: 'queue' | 'history' | 'workers' | 'settings') => () => {
    app.go({ view })
  }
  const theme = (choice: 'system' | 'light' | 'dark') => () => {
    app.theme.set(choice)
  }
  const words = ['theme', 'appearance']
  return [
    { section, label: 'Queue', icon: ListTodo, keys: 'G Q', run: go('queue') },
    { section, label: 'History', icon: History, keys: 'G H', run: go('history') },
    { section, label: 'Workers', icon: Cpu, keys: 'G W', run: go('workers') },
    { section, label: 'Settings', icon: Settings, keys: 'G S', run: go('settings') },
    { section: 'Window', label: 'Light theme', icon: Sun, words, run: theme('light') },
    { section: 'Window', label: 'Dark theme', icon: Moon, words, run: theme('dark') },
    { section: 'Window', label: 'Theme like the system', icon: Monitor, words, run: theme('system') },
    { section: 'Window', label: 'Keyboard shortcuts', icon: Keyboard, keys: '?', run: showShortcuts },
  ]
}
