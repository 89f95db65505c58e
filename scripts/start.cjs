'use strict'

// `npm start [-- FILE…]`: builds what is missing or old, and opens Jobyard. Where there is no Electron and none can be
// downloaded, or no display, the same app opens in the browser. Read by whatever Node the person has.

const { spawn, spawnSync } = require('child_process')
const fs = require('fs')
const path = require('path')

const root = path.resolve(__dirname, '..')
const SOURCES = ['electron', 'renderer', 'shared', 'electron.vite.config.ts', 'package.json']
const DOWNLOAD_TIMEOUT_MS = 10 * 60 * 1000

/** When anything below was last written, in milliseconds. */
function newest(file) {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(...fs.readdirSync(file).map((name) => newest(path.join(file, name))), 0)
}

function isBuilt() {
  const built = newest(path.join(root, 'out', 'renderer', 'index.html'))
  return built > 0 && SOURCES.every((source) => newest(path.join(root, source)) <= built)
}

function build() {
  const result = spawnSync(process.execPath, [path.join(root, 'scripts', 'prepare.cjs')], {
    stdio: 'inherit',
  })
  return result.status === 0
}

/** Path of Electron's program; undefined where it is not installed. */
function findElectron() {
  try {
    const folder = path.dirname(require.resolve('electron/package.json'))
    const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(folder, 'dist')
    const file = path.join(dist, fs.readFileSync(path.join(folder, 'path.txt'), 'utf8'))
    return fs.existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** Why it did not work, or undefined. */
function downloadElectron() {
  let installer
  try {
    installer = path.join(path.dirname(require.resolve('electron/package.json')), 'install.js')
  } catch {
    return 'it is not installed: run `npm ci`'
  }
  const result = spawnSync(process.execPath, [installer], { timeout: DOWNLOAD_TIMEOUT_MS, encoding: 'utf8' })
  if (result.status === 0) return undefined
  const lines = String(result.stderr || '')
    .trim()
    .split('\n')
  return lines[lines.length - 1] || 'the download failed'
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Becomes the program, as far as that goes. */
function become(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Ctrl-C reaches the child by itself; sent once more it would count as a second one.
  if (process.stdin.isTTY) process.removeAllListeners('SIGINT').on('SIGINT', () => undefined)
  child.on('exit', (code) => process.exit(code === null ? 1 : code))
}

function serve(why) {
  process.stdout.write('jobyard: ' + why + ', so the same app opens in the browser\n')
  const bin = path.join(root, 'bin', 'jobyard.cjs')
  become(process.execPath, [bin, 'serve', '--open'].concat(process.argv.slice(2)))
}

function main() {
  if (!isBuilt() && !build()) {
    process.exitCode = 1
    return
  }
  if (!hasDisplay()) {
    serve('there is no display')
    return
  }
  const failure = findElectron() === undefined ? downloadElectron() : undefined
  const electron = findElectron()
  if (electron === undefined)
    serve('Electron is not here and cannot be downloaded (' + (failure || 'no reason given') + ')')
  else become(electron, [root].concat(process.argv.slice(2)))
}

main()
