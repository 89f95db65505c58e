'use strict'

// Runs before scripts that cannot work on an older Node: better-sqlite3 crashes it, and our TypeScript is not stripped.

const WANTED = 24

if (Number(process.versions.node.split('.')[0]) < WANTED) {
  process.stderr.write(
    'This needs Node ' +
      WANTED +
      ', and found ' +
      process.versions.node +
      '. Run `npm ci` once: on Linux and ' +
      'Windows it brings its own Node, which `npm run` and `npx` then use. On a Mac, install Node ' +
      WANTED +
      '.\n',
  )
  process.exit(1)
}
