import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../fakes/temp-dir.ts'
import { PLANTS } from '../planted/plants.ts'

const root = resolve(import.meta.dirname, '../..')
const vitest = resolve(root, 'node_modules/vitest/vitest.mjs')

test.each(PLANTS)(
  'the property tests find a planted bug: $name',
  ({ name, says }) => {
    const outputFile = join(tempDir(), 'report.json')
    spawnSync(
      process.execPath,
      [
        vitest,
        'run',
        '--config',
        'tests/planted/vitest.config.ts',
        '--reporter',
        'json',
        '--outputFile',
        outputFile,
      ],
      { cwd: root, env: { ...process.env, JOBYARD_PLANT: name }, timeout: 180_000 },
    )
    const report: unknown = JSON.parse(readFileSync(outputFile, 'utf8'))
    // A property that failed on a counterexample, not a run that broke for another cause.
    expect(report).toMatchObject({ numFailedTests: 1, numTotalTests: 1 })
    expect(JSON.stringify(report)).toMatch(says)
  },
  200_000,
)
