/**
 * `npm run dist`: the installers for this system, into dist/. `dist:linux`, `dist:mac` and `dist:win` name one, words behind
 * `--` go on to electron-builder; `--for-specs` makes a build that Playwright can drive.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { System } from './installers/builder-arguments.ts'
import { planDist } from './installers/builder-arguments.ts'

const SYSTEMS: Readonly<Record<string, System>> = { linux: 'linux', darwin: 'mac', win32: 'win' }
const FOR_SPECS = '--for-specs'

const words = process.argv.slice(2)
const named = Object.values(SYSTEMS).find((system) => words.includes(`--${system}`))
const system = named ?? SYSTEMS[process.platform]
if (system === undefined) throw new Error(`There are no installers for ${process.platform}.`)

const rest = words.filter((word) => word !== FOR_SPECS && word !== `--${system}`)
const plan = planDist({ system, for_specs: words.includes(FOR_SPECS), env: process.env, words: rest })
for (const text of plan.notes) console.log(`dist: ${text}`)
const require = createRequire(import.meta.url)
const builder = dirname(require.resolve('electron-builder/package.json'))
const { status, error } = spawnSync(process.execPath, [join(builder, 'cli.js'), ...plan.args], {
  cwd: resolve(import.meta.dirname, '..'),
  stdio: 'inherit',
  env: { ...process.env, ...plan.env },
})
if (error !== undefined) throw error
if (status !== 0)
  console.error(
    'dist: failed. The first run downloads Electron and its tools: if that is what failed, connect and run it again.',
  )
process.exitCode = status ?? 1
