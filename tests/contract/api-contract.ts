import { afterAll, beforeAll, describe } from 'vitest'
import { describeCalls } from './api-calls.ts'
import { describeConnections } from './api-connections.ts'
import { describeDrops } from './api-drops.ts'
import { ContractOwner } from './api-owner.ts'
import { describePushes } from './api-pushes.ts'
import type { ApiTransport } from './api-transport.ts'

/** What the tests of a suite share: opening an owner costs more than most of them. */
export interface ApiSubject {
  readonly kind: ApiTransport
  /** To be asked for within tests only. */
  readonly owner: () => ContractOwner
}

/**
 * What a client of an owner may rely on, whatever carries it.
 * @param describeMore what holds for this transport alone
 */
export function describeApi(kind: ApiTransport, describeMore?: (subject: ApiSubject) => void): void {
  describe(`the API over ${kind.name}`, () => {
    let owner: ContractOwner | null = null
    beforeAll(async () => {
      owner = await ContractOwner.open(kind)
    })
    afterAll(async () => {
      await owner?.close()
    })
    const subject: ApiSubject = {
      kind,
      owner: () => {
        if (owner === null) throw new Error('The owner is not open.')
        return owner
      },
    }
    describeCalls(subject)
    describePushes(subject)
    describeDrops(subject)
    describeConnections(subject)
    describeMore?.(subject)
  })
}
