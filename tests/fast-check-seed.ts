import fc from 'fast-check'

/**
 * Generated tests draw the same cases in every run, so that a red run is about the change and not about luck. To look
 * for new ones: `FC_SEED=random npx vitest run tests/integration/store-properties.test.ts`; a failure prints its seed.
 */
const SEED = 20_261_127

const wanted = process.env['FC_SEED']
if (wanted !== 'random') fc.configureGlobal({ seed: wanted === undefined ? SEED : Number(wanted) })
