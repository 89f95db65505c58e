import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkCommand } from './command-link.ts'

const LAUNCHER = '/Applications/Jobyard.app/Contents/Resources/bin/jobyard'
let folder = ''
const link = (): string => join(folder, 'bin/jobyard')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobyard-link-'))
  mkdirSync(join(folder, 'bin'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the command is linked, and found linked the next time', () => {
  expect(linkCommand(LAUNCHER, link())).toEqual({ outcome: 'linked' })
  expect(readlinkSync(link())).toBe(LAUNCHER)
  expect(linkCommand(LAUNCHER, link())).toEqual({ outcome: 'was-linked' })
})

test('a command of the same name that is not ours stays', () => {
  writeFileSync(link(), 'theirs')
  expect(linkCommand(LAUNCHER, link())).toMatchObject({ outcome: 'refused' })
  expect(readFileSync(link(), 'utf8')).toBe('theirs')
  rmSync(link())
  symlinkSync('/elsewhere', link())
  expect(linkCommand(LAUNCHER, link())).toMatchObject({ outcome: 'refused' })
})

test('where it cannot be linked, the command that can is given, and works whatever the folder is called', () => {
  rmSync(join(folder, 'bin'), { recursive: true })
  const launcher = "/Applications/My Mac's/Jobyard.app/Contents/Resources/bin/jobyard"
  const result = linkCommand(launcher, link())
  expect(result.outcome).toBe('by-hand')
  const command = result.outcome === 'by-hand' ? result.command.replaceAll('sudo ', '') : ''
  execFileSync('/bin/sh', ['-c', command])
  expect(readlinkSync(link())).toBe(launcher)
})

test('an app that runs from where it was downloaded is not linked to: it will be gone', () => {
  for (const place of ['/Volumes/Jobyard 1.0', '/private/var/folders/x/AppTranslocation/y/d'])
    expect(linkCommand(`${place}/Jobyard.app/Contents/Resources/bin/jobyard`, link())).toMatchObject({
      outcome: 'refused',
    })
})
