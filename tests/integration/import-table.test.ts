import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { ESLint } from 'eslint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importTable } from '../../scripts/lint/import-table.ts'

// The project's own ESLint configuration, at work on a small project of the same rooms in a temporary folder, so
// that the planted faults never stand in the real tree.

const TABLE = 'jobyard/import-table'
const CYCLE = 'import-x/no-cycle'
const project = join(import.meta.dirname, '../..')

/** What is planted: the file, what it says, and the rules that must report it. */
type Plant = readonly [file: string, text: string, ...rules: string[]]

const clean: readonly Plant[] = [
  ['shared/word.ts', `import { z } from 'zod'\nexport const word = z.string()\n`],
  ['electron/preload/bridge.ts', `import { contextBridge } from 'electron'\nexport { contextBridge }\n`],
  [
    'electron/preload/types.ts',
    `import type { word } from '../../shared/word.ts'\nexport type W = typeof word\n`,
  ],
  ['electron/process/tree.ts', `import { pid } from 'node:process'\nexport const self = pid\n`],
  ['electron/engine/store.ts', `export { self } from '../process/tree.ts'\nexport { parse } from 'yaml'\n`],
  [
    'electron/engine/store.test.ts',
    `import { test } from 'vitest'\nimport './store.ts'\ntest('x', () => {})\n`,
  ],
  ['electron/worker/loop.ts', `export { self } from '../process/tree.ts'\n`],
  ['electron/main/window.ts', `export { app } from 'electron'\nexport { self } from '../engine/store.ts'\n`],
  [
    'electron/headless/line.ts',
    `export { self } from '../engine/store.ts'\nexport { Command } from 'commander'\n`,
  ],
  ['renderer/list.ts', `export { word } from '../shared/word.ts'\nexport { tick } from 'svelte'\n`],
  [
    'renderer/List.svelte',
    `<script lang="ts">\n  import { word } from './list.ts'\n</script>\n\n<p>{word}</p>\n`,
  ],
]

const planted: readonly Plant[] = [
  ['shared/node.ts', `export { pid } from 'node:process'\n`, TABLE],
  ['shared/bare-node.ts', `export { pid } from 'process'\n`, TABLE],
  ['shared/package.ts', `export { parse } from 'yaml'\n`, TABLE],
  ['shared/room.ts', `export { self } from '../electron/process/tree.ts'\n`, TABLE],
  ['renderer/node.ts', `export { pid } from 'node:process'\n`, TABLE],
  ['renderer/electron.ts', `export { ipcRenderer } from 'electron'\n`, TABLE],
  ['renderer/room.ts', `export { self } from '../electron/process/tree.ts'\n`, TABLE],
  [
    'renderer/Room.svelte',
    `<script lang="ts">\n  import { self } from '../electron/process/tree.ts'\n</script>\n\n<p>{self}</p>\n`,
    TABLE,
  ],
  ['electron/preload/node.ts', `export { pid } from 'node:process'\n`, TABLE],
  ['electron/preload/value.ts', `export { word } from '../../shared/word.ts'\n`, TABLE],
  ['electron/preload/package.ts', `export { z } from 'zod'\n`, TABLE],
  ['electron/preload/room.ts', `export type { self } from '../process/tree.ts'\n`, TABLE],
  ['electron/process/package.ts', `export { z } from 'zod'\n`, TABLE],
  ['electron/process/room.ts', `export { parse } from '../engine/store.ts'\n`, TABLE],
  ['electron/engine/electron.ts', `export { app } from 'electron'\n`, TABLE],
  ['electron/engine/electron-type.ts', `import type { App } from 'electron'\nexport type A = App\n`, TABLE],
  ['electron/engine/inline-type.ts', `export type A = import('electron').App\n`, TABLE],
  ['electron/engine/later.ts', `export const later = () => import('electron')\n`, TABLE],
  ['electron/engine/terminal.ts', `export { Command } from 'commander'\n`, TABLE],
  ['electron/engine/main.ts', `export { app } from '../main/window.ts'\n`, TABLE],
  ['electron/engine/headless.ts', `export { Command } from '../headless/line.ts'\n`, TABLE],
  ['electron/engine/worker.ts', `export { self } from '../worker/loop.ts'\n`, TABLE],
  ['electron/engine/renderer.ts', `export { tick } from '../../renderer/list.ts'\n`, TABLE],
  ['electron/engine/outside.ts', `export { default } from '../../package.json'\n`, TABLE],
  ['electron/engine/tests.ts', `export { fake } from '../../tests/fake.ts'\n`, TABLE],
  ['electron/worker/package.ts', `export { z } from 'zod'\n`, TABLE],
  ['electron/worker/room.ts', `export { parse } from '../engine/store.ts'\n`, TABLE],
  ['electron/main/package.ts', `export { parse } from 'yaml'\n`, TABLE],
  ['electron/main/headless.ts', `export { Command } from '../headless/line.ts'\n`, TABLE],
  ['electron/main/worker.ts', `export { self } from '../worker/loop.ts'\n`, TABLE],
  ['electron/main/preload.ts', `export { contextBridge } from '../preload/bridge.ts'\n`, TABLE],
  ['electron/headless/electron.ts', `export { app } from 'electron'\n`, TABLE],
  ['electron/headless/main.ts', `export { app } from '../main/window.ts'\n`, TABLE],
  ['electron/headless/worker.ts', `export { self } from '../worker/loop.ts'\n`, TABLE],
  [
    'electron/engine/ring-a.ts',
    `import { b } from './ring-b.ts'\nexport const a = (): number => b()\n`,
    CYCLE,
  ],
  [
    'electron/engine/ring-b.ts',
    `import { c } from './ring-c.ts'\nexport const b = (): number => c()\n`,
    CYCLE,
  ],
  [
    'electron/engine/ring-c.ts',
    `import { a } from './ring-a.ts'\nexport const c = (): number => a()\n`,
    CYCLE,
  ],
]

const reports = new Map<string, string[]>()
let root = ''

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-import-table-')))
  for (const name of ['base', 'node', 'preload', 'renderer', 'shared']) {
    cpSync(join(project, `tsconfig.${name}.json`), join(root, `tsconfig.${name}.json`))
  }
  cpSync(join(project, 'tsconfig.json'), join(root, 'tsconfig.json'))
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction')
  for (const [file, text] of [...clean, ...planted]) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const eslint = new ESLint({ cwd: root, overrideConfigFile: join(project, 'eslint.config.js') })
  for (const result of await eslint.lintFiles(['.'])) {
    const file = relative(root, result.filePath).replaceAll('\\', '/')
    reports.set(
      file,
      result.messages.map((message) => message.ruleId ?? `fatal: ${message.message}`),
    )
  }
}, 60_000)

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('the lint run', () => {
  test.each(clean)('lets %s pass', (file) => {
    const ofTheTable = reports.get(file)?.filter((rule) => /^(jobyard|import-x|fatal)/.test(rule))
    expect(ofTheTable).toEqual([])
  })

  test.each(planted)('reports %s', (file, _text, rule) => {
    expect(reports.get(file)).toContain(rule)
  })

  test('has a planted fault for every room of the table', () => {
    const rooms = Object.keys(importTable)
    const withFault = planted.map(([file]) => rooms.find((room) => file.startsWith(`${room}/`)))
    expect(new Set(withFault)).toEqual(new Set(rooms))
  })
})
