import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Store } from '../../electron/engine/store/store.ts'
import { JobyardError } from '../../shared/errors.ts'
import type { WatchStatus } from '../../shared/watch.ts'
import { openApi, TestClient } from './api-harness.ts'
import { testFolder } from './real-engine.ts'
import type { RealEngine, RealEngineOptions } from './real-engine.ts'

const SETTLE_MS = 200
const RECIPE = `version: 1
accepts: ['*.txt']
output: done/{/.}.out
if_exists: overwrite
command: [cp, '{}', '{output}']
`

/** An owner with the recipe `copy`, and the folder `in` beside its data directory. */
class Place {
  readonly real: RealEngine
  readonly client: TestClient

  private constructor(real: RealEngine, client: TestClient) {
    this.real = real
    this.client = client
  }

  static async open(options: RealEngineOptions = {}): Promise<Place> {
    const dir = options.dir ?? join(testFolder(), 'data')
    const { real, server } = await openApi({ ...options, dir })
    const place = new Place(real, new TestClient(server))
    place.recipe(RECIPE)
    mkdirSync(place.inside(), { recursive: true })
    return place
  }

  inside(name = ''): string {
    return join(this.real.path('in'), name)
  }

  recipe(text: string): void {
    writeFileSync(join(this.real.paths.recipes, 'copy.recipe.yaml'), text)
  }

  async add(more: { readonly recursive?: boolean } = {}): Promise<number> {
    const watch = { folder: this.inside(), recipe: 'copy', recursive: false, settle_ms: SETTLE_MS, ...more }
    return (await this.client.api('watches:add', watch)).id
  }

  async watch(): Promise<WatchStatus | undefined> {
    return (await this.client.api('watches:list', {}))[0]
  }

  /** Names of the jobs that were queued, in order of their ids. */
  async jobs(): Promise<string[]> {
    const page = await this.client.api('jobs:list', { filter: {}, order: 'newest', limit: 100 })
    return page.jobs.map(({ job }) => job.name).reverse()
  }

  async has(...names: readonly string[]): Promise<void> {
    await expect.poll(() => this.jobs(), { timeout: 10_000, interval: 30 }).toEqual(names)
  }

  async is(state: WatchStatus['state']): Promise<void> {
    await expect.poll(async () => (await this.watch())?.state, { timeout: 10_000, interval: 30 }).toBe(state)
  }
}

test('a file is queued once, when it has stopped growing; what was made of it and what is not whole are not', async () => {
  const place = await Place.open()
  await place.add()
  const growing = place.inside('a.txt')
  writeFileSync(growing, 'x')
  const grow = setInterval(() => {
    appendFileSync(growing, 'x')
  }, 20)
  await expect.poll(async () => (await place.watch())?.settling, { interval: 10 }).toBe(1)
  // What stands still meanwhile is queued, and the one that grows is not.
  writeFileSync(place.inside('0.txt'), 'still')
  await place.has('copy 0.txt')
  expect((await place.watch())?.settling).toBe(1)
  clearInterval(grow)
  writeFileSync(place.inside('b.txt.part'), 'half')
  writeFileSync(place.inside('c.jpg'), 'not for this recipe')
  await place.has('copy 0.txt', 'copy a.txt')
  renameSync(place.inside('b.txt.part'), place.inside('b.txt'))
  await place.has('copy 0.txt', 'copy a.txt', 'copy b.txt')
  // Written again, it is still the file that was taken.
  appendFileSync(growing, 'more')
  writeFileSync(place.inside('d.txt'), 'd')
  await place.has('copy 0.txt', 'copy a.txt', 'copy b.txt', 'copy d.txt')
  expect(await place.watch()).toMatchObject({ state: 'watching', taken: 4, settling: 0, error: null })
})

test('a start takes what came while nobody looked, and nothing twice; one that was gone and comes anew is another', async () => {
  const before = await Place.open()
  const { dir } = before.real
  writeFileSync(before.inside('a.txt'), 'a')
  mkdirSync(before.inside('sub'))
  writeFileSync(before.inside('sub/b.txt'), 'b')
  await before.add({ recursive: true })
  await before.has('copy a.txt', 'copy b.txt')
  await before.real.close()

  writeFileSync(before.inside('c.txt'), 'c')
  const after = await Place.open({ dir })
  await after.has('copy a.txt', 'copy b.txt', 'copy c.txt')
  rmSync(after.inside('a.txt'))
  await expect.poll(async () => (await after.watch())?.taken, { interval: 30 }).toBe(2)
  writeFileSync(after.inside('a.txt'), 'another one')
  await after.has('copy a.txt', 'copy b.txt', 'copy c.txt', 'copy a.txt')
})

test('a folder or a recipe that is away is told of, and looked for again', async () => {
  const place = await Place.open()
  const id = await place.add()
  writeFileSync(place.inside('a.txt'), 'a')
  await place.has('copy a.txt')
  place.recipe('version: 1\ncommand: [cp, "{}"]\nretry: often\n')
  writeFileSync(place.inside('b.txt'), 'b')
  await place.is('no-recipe')
  expect((await place.watch())?.error).toContain('The recipe copy has a fault')
  place.recipe(RECIPE)
  renameSync(place.inside(), place.real.path('away'))
  await place.client.api('watches:set', { id, enabled: true })
  await place.is('missing')
  renameSync(place.real.path('away'), place.inside())
  await place.client.api('watches:set', { id, enabled: true })
  await place.has('copy a.txt', 'copy b.txt')
})

test('a disk that refuses the jobs leaves their files untaken: each is queued once, later', async () => {
  let refusals = 1
  const wrapStore = (store: Store): Store => ({
    query: (query) => store.query(query),
    close: () => store.close(),
    commit: async (operations) => {
      if (operations.some(({ type }) => type === 'submit') && refusals-- > 0)
        throw new JobyardError('STORE_FAILED', 'The disk is full.')
      return store.commit(operations)
    },
  })
  const place = await Place.open({ wrapStore })
  await place.add()
  writeFileSync(place.inside('a.txt'), 'a')
  await expect
    .poll(async () => (await place.watch())?.error, { timeout: 10_000 })
    .toContain('The disk is full')
  await place.has('copy a.txt')
  expect(await place.watch()).toMatchObject({ taken: 1, error: null })
})

test('what cannot be watched is refused with the reason', async () => {
  const place = await Place.open()
  const watch = { folder: place.inside(), recipe: 'copy', recursive: false }
  const add = (change: Partial<typeof watch>): Promise<unknown> =>
    place.client.api('watches:add', { ...watch, ...change })
  await expect(add({ folder: place.inside('nowhere') })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(add({ recipe: 'other' })).rejects.toMatchObject({ code: 'RECIPE_NOT_FOUND' })
  place.recipe(RECIPE.replace('done/{/.}.out', "'{//}/{/.}.small.txt'"))
  await expect(add({})).rejects.toThrow('writes beside its files what it would take again')
  place.recipe(RECIPE.replace('done/{/.}.out', '../elsewhere/{/.}.txt'))
  await expect(add({})).resolves.toEqual({ id: 1 })
})
