/**
 * Keys of a job whose values have a fixed form, like a number or a duration. In a sweep a text with an expression may
 * stand anywhere in them; what it becomes is known for each job only, and is looked at then.
 */
export const ROW_KEYS = [
  ...['priority', 'slots', 'hold', 'delay', 'retry', 'timeout', 'stop', 'on_interrupt', 'log', 'limits'],
  'schedule',
] as const

/** How a text is known to have an expression, also in the published JSON Schema. */
export const EXPRESSION_PATTERN = /\$\{\{[\s\S]*\}\}/
