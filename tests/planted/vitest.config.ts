import { relative, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { PLANTS } from './plants.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * Runs the engine's property tests with the bug planted that JOBYARD_PLANT names. Only for planted-bugs.test.ts.
 * Without the module cache, which does not know one bug from another.
 */
export default defineConfig({
  root,
  plugins: [
    {
      name: 'plant-a-bug',
      enforce: 'pre',
      transform(code, id) {
        const plant = PLANTS.find(({ name }) => name === process.env['JOBYARD_PLANT'])
        if (plant === undefined) throw new Error('JOBYARD_PLANT names no bug.')
        if (relative(root, id) !== plant.file) return null
        return plant.replace.reduce((text, { find, by }) => {
          if (text.split(find).length !== 2)
            throw new Error(`"${find}" does not stand once in ${plant.file}.`)
          return text.replace(find, by)
        }, code)
      },
    },
  ],
  test: {
    include: ['tests/integration/engine-properties.test.ts'],
    environment: 'node',
    pool: 'forks',
    fsModuleCache: false,
  },
})
