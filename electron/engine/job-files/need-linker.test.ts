import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JobDrop } from '../../../tests/fakes/job-drop.ts'

const FILES = ['a.job.json', 'b.job.json', 'c.job.json'] as const

/** Jobs over three files, each with needs on any of them; `says_file`: whether a need names the file, too. */
const graphs = fc.array(
  fc.record({
    file: fc.nat({ max: FILES.length - 1 }),
    needs: fc.uniqueArray(fc.nat({ max: 11 }), { maxLength: 3 }),
    says_file: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

test('whatever jobs of whatever files need, those are handed out that can run, behind what they need', async () => {
  const drop = new JobDrop()
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const jobs = graph.map(({ needs, ...job }) => ({
        ...job,
        needs: needs.filter((on) => on < graph.length),
      }))
      for (const [index, name] of FILES.entries()) {
        const own = jobs.flatMap(({ file, needs, says_file }, at) => {
          if (file !== index) return []
          const written = needs.map((on) =>
            says_file ? { job: `j${on}`, file: FILES[jobs[on]?.file ?? 0] } : `j${on}`,
          )
          return [{ name: `j${at}`, command: 'x', needs: written }]
        })
        drop.write(name, JSON.stringify({ version: 1, jobs: [...own, { command: 'y' }] }))
      }
      const read = await drop.read()
      const names = read.jobs.map(({ spec }) => spec.name)
      expect(names.filter((name) => name !== 'y').sort()).toEqual(
        runnable(jobs.map(({ needs }) => needs))
          .map((at) => `j${at}`)
          .sort(),
      )
      expect(read.problems.some(({ code }) => code === 'NEED_CYCLE')).toBe(names.length < jobs.length + 3)
      for (const { spec, needs = [] } of read.jobs) {
        const wanted = spec.name === 'y' ? [] : (jobs[Number(spec.name.slice(1))]?.needs ?? [])
        const found = needs.map(({ on }) => ('index' in on ? names[on.index] : 'an id'))
        expect(found.sort()).toEqual(wanted.map((on) => `j${on}`).sort())
      }
    }),
    { numRuns: 150 },
  )
})

/** Those that wait for nothing but such. */
function runnable(needs: readonly (readonly number[])[]): number[] {
  const done = new Set<number>()
  for (let before = -1; before < done.size;) {
    before = done.size
    for (const [at, own] of needs.entries()) if (own.every((on) => done.has(on))) done.add(at)
  }
  return [...done]
}
