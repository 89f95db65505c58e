import { expect, test } from 'vitest'
import { interpreterOf } from './shebang.ts'

const on = (platform: NodeJS.Platform, content: string, ending = ''): string[] =>
  interpreterOf(Buffer.from(content), ending, platform)

test.each([
  ['#!/bin/sh\necho', '', ['/bin/sh']],
  ['#!/bin/bash -eu\n', '.sh', ['/bin/bash', '-eu']],
  ['#! /usr/bin/env python3\n', '', ['/usr/bin/env', 'python3']],
  ['#!/usr/bin/env -S deno run --allow-net\n', '.ts', ['/usr/bin/env', '-S', 'deno', 'run', '--allow-net']],
  ['#!/bin/sh\r\necho\r\n', '', ['/bin/sh']],
  ['\ufeff#!/bin/sh\n', '', ['/bin/sh']],
  ['#!/usr/bin/awk -f', '', ['/usr/bin/awk', '-f']],
  ['#!\necho', '.sh', ['/bin/sh']],
  ['#!/usr/bin/env node\n', '', ['jobyard:node']],
  ['#!/opt/node/bin/node\n', '.mjs', ['/opt/node/bin/node']],
  ['#!/usr/bin/env node --test\n', '.mjs', ['/usr/bin/env', 'node', '--test']],
])('on Linux the first line of %j decides', (content, ending, expected) => {
  expect(on('linux', content, ending)).toEqual(expected)
})

test.each([
  ['.sh', ['/bin/sh']],
  ['.bash', ['bash']],
  ['.py', ['python3']],
  ['.js', ['jobyard:node']],
  ['.mjs', ['jobyard:node']],
  ['.cjs', ['jobyard:node']],
  ['.ts', ['jobyard:node']],
  ['.mts', ['jobyard:node']],
  ['.ps1', ['pwsh', '-NoProfile', '-File']],
])('without one, the ending %s decides', (ending, expected) => {
  expect(on('linux', 'content', ending)).toEqual(expected)
})

test('on Windows the name of the program counts, not its folder', () => {
  expect(on('win32', '#!/usr/bin/env python3 -u\n')).toEqual(['python3', '-u'])
  expect(on('win32', '#!/usr/bin/env -S ruby -w\n')).toEqual(['ruby', '-w'])
  expect(on('win32', '#!/bin/bash\n')).toEqual(['bash'])
  expect(on('win32', 'content', '.bat')).toEqual(['cmd.exe', '/d', '/c'])
  expect(on('win32', 'content', '.py')).toEqual(['py', '-3'])
})

test('what nothing can run is told', () => {
  expect(() => on('linux', 'content', '.bat')).toThrow('Scripts that end in .bat run on Windows only.')
  expect(() => on('linux', 'content', '.txt')).toThrow('Nothing says what runs this script')
  expect(() => on('linux', `#!${'x'.repeat(2_000)}`, '')).toThrow('longer than 1024 bytes')
})
