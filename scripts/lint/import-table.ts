// The import table of docs/architecture.md, section 3, as data. The lint rule beside this file enforces it.

/** What the files of one room may import, beside the files of the room itself. */
interface RoomImports {
  /** Other rooms of ours. */
  readonly rooms: readonly string[]
  /** Rooms of ours that may be named in `import type` only. */
  readonly typesOf?: readonly string[]
  /** Whether Node's built-in modules may be imported. */
  readonly node: boolean
  /** Packages, by name; a name covers its subpaths too. */
  readonly packages: readonly string[]
  /** Files of ours that are in no room: `package.json`, and what lies below `resources/`. */
  readonly resources?: boolean
}

/** Every room, by its folder. A file below none of them (tests, bench, scripts, configuration) may import anything. */
export const importTable: Readonly<Record<string, RoomImports>> = {
  shared: { rooms: [], node: false, packages: ['zod'] },
  renderer: {
    rooms: ['shared'],
    node: false,
    packages: ['svelte', 'virtua', 'bits-ui', 'uplot', '@lucide/svelte', 'ansi-sequence-parser'],
  },
  'electron/preload': { rooms: [], typesOf: ['shared'], node: false, packages: ['electron'] },
  'electron/process': { rooms: ['shared'], node: true, packages: [] },
  'electron/engine': {
    rooms: ['shared', 'electron/process'],
    node: true,
    packages: ['better-sqlite3', 'yaml', 'zod', 'csv-parse', 'smol-toml', 'croner', 'fastest-levenshtein'],
  },
  'electron/worker': { rooms: ['shared', 'electron/process'], node: true, packages: [] },
  'electron/main': {
    rooms: ['electron/engine', 'electron/process', 'shared'],
    node: true,
    packages: ['electron', 'electron-updater'],
    resources: true,
  },
  'electron/headless': {
    rooms: ['electron/engine', 'electron/process', 'shared'],
    node: true,
    packages: ['commander', 'picocolors', 'log-update', 'string-width', 'cli-truncate', 'ws'],
    resources: true,
  },
}
