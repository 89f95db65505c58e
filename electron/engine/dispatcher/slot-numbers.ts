import type { RunOrder } from '../../../shared/worker-protocol.ts'

interface Slot {
  readonly group_id: number
  readonly number: number
}

/**
 * The numbers that jobs are told as their slot (`{%}`): of those that run in one group each has another, from 1, the lowest
 * that is free. A worker runs one job of a group at a time, so it keeps its number while it holds jobs of the group.
 */
export class SlotNumbers<Runner> {
  readonly #slots = new Map<Runner, Slot>()

  of(runner: Runner, group_id: number): number {
    const known = this.#slots.get(runner)
    if (known?.group_id === group_id) return known.number
    const taken = new Set<number>()
    for (const slot of this.#slots.values()) if (slot.group_id === group_id) taken.add(slot.number)
    let number = 1
    while (taken.has(number)) number += 1
    this.#slots.set(runner, { group_id, number })
    return number
  }

  /** The worker holds nothing any more. */
  free(runner: Runner): void {
    this.#slots.delete(runner)
  }
}

/** The order with the number in place of its mark. */
export function withSlotNumber(order: RunOrder, mark: string, slot: number): RunOrder {
  const fill = (text: string): string => text.replaceAll(mark, String(slot))
  const { task, input_json } = order
  return {
    ...order,
    task: filledTask(task, fill),
    ...(input_json === undefined ? {} : { input_json: fill(input_json) }),
    cwd: fill(order.cwd),
    env: Object.fromEntries(Object.entries(order.env).map(([name, value]) => [name, fill(value)])),
  }
}

function filledTask(task: RunOrder['task'], fill: (text: string) => string): RunOrder['task'] {
  switch (task.kind) {
    case 'command': {
      const { argv, shell_command } = task
      return {
        ...task,
        argv: argv === null ? null : argv.map(fill),
        shell_command: shell_command === null ? null : fill(shell_command),
      }
    }
    case 'script':
      return { ...task, args: task.args.map(fill) }
    case 'module':
      return task
  }
}
