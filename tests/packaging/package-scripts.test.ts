/** The scripts that a deb or an rpm runs, with every folder of the system replaced by one of the test. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const INSTALLER = resolve(import.meta.dirname, '../../resources/installer')
/** What the scripts call; nothing else is on their PATH, so that nothing is done to this machine. */
const TOOLS = ['ln', 'rm', 'chmod', 'true', 'unshare']

let folder = ''
const link = (): string => join(folder, 'usr/bin/jobyard')
const app = (): string => join(folder, 'opt/Jobyard')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-scripts-'))
  for (const name of ['tools', 'usr/bin', 'etc/apparmor.d', 'opt/Jobyard/resources/bin'])
    mkdirSync(join(folder, name), { recursive: true })
  for (const name of TOOLS) {
    const path = ['/usr/bin', '/bin'].map((bin) => join(bin, name)).find((file) => existsSync(file))
    if (path !== undefined) symlinkSync(path, join(folder, 'tools', name))
  }
  for (const name of ['jobyard', 'chrome-sandbox', 'resources/bin/jobyard'])
    writeFileSync(join(app(), name), '')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function runScript(name: string): string {
  const text = readFileSync(join(INSTALLER, name), 'utf8')
    .replaceAll('${sanitizedProductName}', 'Jobyard')
    .replaceAll('${executable}', 'jobyard')
    .replaceAll(/'\/(opt|usr|etc)\//g, `'${folder}/$1/`)
  // electron-builder would refuse a macro it does not know.
  expect(text).not.toContain('${')
  return execFileSync('/bin/bash', ['--norc', '-eu', '-c', text], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'tools') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe('a deb or an rpm', () => {
  test('puts the command line on the PATH, again and again', () => {
    symlinkSync('/nowhere', link())
    runScript('after-install.sh')
    runScript('after-install.sh')
    expect(readlinkSync(link())).toBe(join(app(), 'resources/bin/jobyard'))
    expect(lstatSync(join(app(), 'chrome-sandbox')).mode & 0o755).toBe(0o755)
  })

  test('takes it away when it is removed, and says where the jobs are', () => {
    runScript('after-install.sh')
    writeFileSync(join(folder, 'etc/apparmor.d/jobyard'), '')
    rmSync(app(), { recursive: true })
    expect(runScript('after-remove.sh')).toContain('~/.local/share/jobyard')
    expect(existsSync(join(folder, 'etc/apparmor.d/jobyard'))).toBe(false)
    expect(() => lstatSync(link())).toThrow(/ENOENT/)
  })

  test('leaves everything where it is when the old one is removed after an update', () => {
    runScript('after-install.sh')
    expect(runScript('after-remove.sh')).toBe('')
    expect(readlinkSync(link())).toBe(join(app(), 'resources/bin/jobyard'))
  })
})
