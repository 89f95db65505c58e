'use strict'

// npm runs this after every install of the checkout, also after one that left out the tools that build it.

const { spawnSync } = require('child_process')
const path = require('path')

/** Path of electron-vite's program, or undefined where it is not installed. */
function findElectronVite() {
  try {
    const manifest = require.resolve('electron-vite/package.json')
    return path.join(path.dirname(manifest), require(manifest).bin['electron-vite'])
  } catch {
    return undefined
  }
}

const electronVite = findElectronVite()
if (electronVite === undefined) {
  process.stdout.write('jobyard was not built: electron-vite is not installed (`npm ci` brings it)\n')
} else {
  const build = spawnSync(process.execPath, [electronVite, 'build', '--logLevel', 'warn'], {
    stdio: 'inherit',
  })
  process.exitCode = build.status === null ? 1 : build.status
}
