import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import type { Store } from '../../electron/engine/store/store.ts'
import { tempDir } from '../fakes/temp-dir.ts'
import { describeActions } from './store-actions.ts'
import { describeAttempts } from './store-attempts.ts'
import { describeCommits } from './store-commits.ts'
import { describeHooks } from './store-hooks.ts'
import { describeMoves } from './store-moves.ts'
import { describeNeedValues } from './store-need-values.ts'
import { describeNeeds } from './store-needs.ts'
import { StoreSubject } from './store-subject.ts'
import { describeSubmissions } from './store-submissions.ts'
import { describeUnique } from './store-unique.ts'
import { describeUsualRuns } from './store-usual-runs.ts'

export type OpenStore = (file: string) => Promise<Store>
/** Opens a new store for the running test; it is closed when the test is over. */
export type OpenSubject = (file?: string) => Promise<StoreSubject>

/** What every implementation of the Store port must do. */
export function storeContract(name: string, open: OpenStore): void {
  const openSubject: OpenSubject = async (file) => {
    const store = await open(file ?? join(tempDir(), 'jobs.db'))
    onTestFinished(() => store.close())
    return new StoreSubject(store)
  }
  describe(`the store: ${name}`, () => {
    describeCommits(openSubject)
    describeSubmissions(openSubject)
    describeAttempts(openSubject)
    describeNeeds(openSubject)
    describeNeedValues(openSubject)
    describeHooks(openSubject)
    describeActions(openSubject)
    describeMoves(openSubject)
    describeUnique(openSubject)
    describeUsualRuns(openSubject)
  })
}
