/** A bug to be put into our source as it is loaded: every `find` must stand in the file exactly once. */
export interface Plant {
  readonly name: string
  readonly file: string
  /** Part of what the property tests say about it. */
  readonly says: RegExp
  readonly replace: readonly { readonly find: string; readonly by: string }[]
}

/** The bugs that the property tests of the engine must find. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'double-claim',
    file: 'electron/engine/dispatcher/dispatcher.ts',
    says: /job \d+ ran twice at once/,
    replace: [
      // The answer of the claim is not looked at, and a job stays first in its window while it is claimed.
      { find: 'if (taken[index++] !== true) {', by: 'if (index++ < 0) {' },
      {
        find: 'if (active.ofJob(next.id) !== undefined || halts.isStopping(next)) continue',
        by: 'queue.offer(next)',
      },
    ],
  },
  {
    name: 'lost-cancel',
    file: 'electron/engine/actions/actions.ts',
    says: /after all were cancelled|was cancelled while it ran/,
    replace: [{ find: "this.#options.stopper.stop(attempt, 'cancel', now)", by: 'void [attempt, now]' }],
  },
]
