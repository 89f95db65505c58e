import type { ChangesBuilder } from '../changes-builder.ts'
import type { StoreContext } from '../store-context.ts'
import type { ActionResult } from '../store-records.ts'

/** Actions that can be undone for a while. */
export const ACTION_KINDS = ['cancel', 'move', 'clear', 'prune'] as const
export type ActionKind = (typeof ACTION_KINDS)[number]

export interface ActionFacts {
  readonly active?: readonly number[]
  readonly action_id?: number | null
  readonly next_after_id?: number | null
}

/** The answer of an action on a selection. */
export function actionResult(changes: ChangesBuilder, count: number, facts: ActionFacts = {}): ActionResult {
  return { ...changes.build(), count, active: [], action_id: null, next_after_id: null, ...facts }
}

/** @returns the id of the new action */
export function recordAction(context: StoreContext, kind: ActionKind, at_ms: number, count: number): number {
  const { lastInsertRowid } = context
    .sql(`INSERT INTO action (kind, at_ms, state, count) VALUES (?, ?, 'done', ?)`)
    .run(kind, at_ms, count)
  return Number(lastInsertRowid)
}
