import { HOOKS_GROUP } from '../../shared/job-spec.ts'
import type { Engine } from '../engine/engine.ts'
import type { Work } from './work.ts'
import { counted } from './output/text.ts'

/** Counts the commands that follow jobs and fail: what becomes of them is seen in no other way. */
export class FailedHooks {
  readonly #work: Work
  readonly #before: number

  private constructor(work: Work, before: number) {
    this.#work = work
    this.#before = before
  }

  /** Those that fail from now on count. */
  static async from(work: Work): Promise<FailedHooks> {
    return new FailedHooks(work, await countFailed(work.owned.engine))
  }

  /** @returns whether there are some, which is told then */
  async tell(): Promise<boolean> {
    const count = (await countFailed(this.#work.owned.engine)) - this.#before
    if (count > 0) this.#work.reporter.note(`${counted(count, 'command')} that followed jobs failed`)
    return count > 0
  }
}

async function countFailed(engine: Engine): Promise<number> {
  const group_id = engine.groups().find(({ group }) => group.name === HOOKS_GROUP)?.group.id
  const counters = await engine.store.query({ type: 'counters' })
  return counters
    .filter((counter) => counter.group_id === group_id && counter.state === 'failed')
    .reduce((sum, { count }) => sum + count, 0)
}
