import ArrowDownToLine from '@lucide/svelte/icons/arrow-down-to-line'
import ArrowUpToLine from '@lucide/svelte/icons/arrow-up-to-line'
import Ban from '@lucide/svelte/icons/ban'
import ChevronsDown from '@lucide/svelte/icons/chevrons-down'
import ChevronsUp from '@lucide/svelte/icons/chevrons-up'
import ChevronsUpDown from '@lucide/svelte/icons/chevrons-up-down'
import CirclePause from '@lucide/svelte/icons/circle-pause'
import CirclePlay from '@lucide/svelte/icons/circle-play'
import CircleX from '@lucide/svelte/icons/circle-x'
import ListX from '@lucide/svelte/icons/list-x'
import OctagonX from '@lucide/svelte/icons/octagon-x'
import PanelRight from '@lucide/svelte/icons/panel-right-open'
import Pencil from '@lucide/svelte/icons/pencil'
import RotateCcw from '@lucide/svelte/icons/rotate-ccw'
import type { JobVerb } from '../../../shared/ipc.ts'
import type { JobState } from '../../../shared/job.ts'
import { isWaiting } from '../../../shared/job.ts'
import type { MenuEntry } from '../../components/menu-entry.ts'
import { VERBS, verbsFor } from '../../state/job-verbs.ts'

type Icon = NonNullable<Exclude<MenuEntry, 'separator'>['icon']>

const ICONS: Readonly<Record<JobVerb, Icon>> = {
  ...{ hold: CirclePause, release: CirclePlay, suspend: CirclePause, resume: CirclePlay },
  ...{ requeue: RotateCcw, fail: CircleX, retry: RotateCcw, cancel: Ban },
  ...{ 'cancel-now': OctagonX, clear: ListX },
}

export interface QueueMenuActions {
  act(verb: JobVerb): void
  move(to: 'top' | 'bottom'): void
  priority(change: 'raise' | 'lower' | 'set'): void
  edit(): void
  /** null: several are selected. */
  readonly open: (() => void) | null
}

/** The keys of `priorityMenu`. */
export const PRIORITY_KEYS: ReadonlyMap<string, 'raise' | 'lower' | 'set'> = new Map([
  ['+', 'raise'],
  ['-', 'lower'],
  ['=', 'set'],
])

/** How jobs that wait can be made more or less urgent. */
export function priorityMenu({ priority }: Pick<QueueMenuActions, 'priority'>): MenuEntry[] {
  const entry = (label: string, icon: Icon, hint: string): MenuEntry => ({
    ...{ label, icon, hint },
    run: () => {
      const change = PRIORITY_KEYS.get(hint)
      if (change !== undefined) priority(change)
    },
  })
  return [
    entry('Raise priority', ChevronsUp, '+'),
    entry('Lower priority', ChevronsDown, '-'),
    entry('Set priority…', ChevronsUpDown, '='),
  ]
}

/** What can be done with the selected jobs: the verbs first, as the toolbar takes its buttons from there. */
export function queueMenu(states: readonly JobState[], actions: QueueMenuActions): MenuEntry[] {
  if (states.length === 0) return []
  const verbs = verbsFor(states).map((verb): MenuEntry => {
    const { label, key, danger } = VERBS[verb]
    return {
      label,
      icon: ICONS[verb],
      danger: danger ?? false,
      ...(key === undefined ? {} : { hint: key }),
      run: () => {
        actions.act(verb)
      },
    }
  })
  const waiting: MenuEntry[] = states.some(isWaiting)
    ? [
        'separator',
        ...priorityMenu(actions),
        'separator',
        {
          ...{ label: 'Move to top', icon: ArrowUpToLine },
          run: () => {
            actions.move('top')
          },
        },
        {
          ...{ label: 'Move to bottom', icon: ArrowDownToLine },
          run: () => {
            actions.move('bottom')
          },
        },
        {
          ...{ label: 'Edit…', icon: Pencil, hint: 'E' },
          run: () => {
            actions.edit()
          },
        },
      ]
    : []
  const open: MenuEntry[] =
    actions.open === null
      ? []
      : ['separator', { label: 'Open job', icon: PanelRight, hint: 'Enter', run: actions.open }]
  return [...verbs, ...waiting, ...open]
}
