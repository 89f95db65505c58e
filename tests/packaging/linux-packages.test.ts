/**
 * What electron-builder asks fpm to make a deb and an rpm of. fpm itself is a download: in its place stands a script that
 * writes down what it is given.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinuxElectron } from './fake-electron.ts'
import { PACK_PATIENCE_MS, ROOT, run } from './packed-app.ts'

const FPM = `#!/bin/sh
folder=$JOBYARD_TEST_FPM/$5
mkdir -p "$folder"
before=
for word in "$@"; do
  printf '%s\\n' "$word" >> "$folder/words"
  case $before in
    --after-install | --after-remove) cp "$word" "$folder/\${before#--}" ;;
    --package) : > "$word" ;;
  esac
  case $word in *.desktop=*) cp "\${word%%=*}" "$folder/desktop" ;; esac
  before=$word
done
`

let folder = ''
const given = (kind: string, name: string): string => readFileSync(join(folder, 'fpm', kind, name), 'utf8')

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'jobyard-packages-')))
  await makeLinuxElectron(join(folder, 'electron'), 'JOBYARD_TEST_UNUSED')
  mkdirSync(join(folder, 'fpm'))
  writeFileSync(join(folder, 'fpm.sh'), FPM)
  chmodSync(join(folder, 'fpm.sh'), 0o755)
  const where = [
    `-c.electronDist=${join(folder, 'electron')}`,
    `-c.directories.output=${join(folder, 'dist')}`,
  ]
  const args = [join(ROOT, 'scripts/dist.ts'), '--linux', 'deb', 'rpm', '--x64', ...where]
  const env = {
    ...process.env,
    CUSTOM_FPM_PATH: join(folder, 'fpm.sh'),
    JOBYARD_TEST_FPM: join(folder, 'fpm'),
    JOBYARD_UPDATES: 'somebody/something',
    JOBYARD_HOMEPAGE: 'https://home.example',
    JOBYARD_MAINTAINER: 'Some Body <some@body.example>',
  }
  const { code, output } = await run(process.execPath, args, { cwd: folder, env })
  if (code !== 0) throw new Error(`electron-builder failed:\n${output}`)
}, PACK_PATIENCE_MS)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

describe.each(['deb', 'rpm'])('the %s', (kind) => {
  test('names whom to turn to, and what it is', () => {
    const words = given(kind, 'words').split('\n')
    const valueOf = (word: string): string | undefined => words[words.indexOf(word) + 1]
    expect(valueOf('--url')).toBe('https://home.example')
    expect(valueOf('--maintainer')).toBe('Some Body <some@body.example>')
    expect(valueOf('--name')).toBe('jobyard')
    expect(valueOf('--license')).toBe('MIT')
  })

  test('has an entry for the desktop that opens job files, of every kind that its types tell apart', () => {
    const entry = given(kind, 'desktop')
    expect(entry).toContain('Exec=/opt/Jobyard/jobyard %U')
    expect(entry).toContain('Categories=Utility;System;Monitor;')
    // By it a window is known to be of this entry.
    expect(entry).toContain('StartupWMClass=jobyard')
    const types = readFileSync(join(ROOT, 'resources/installer/jobyard-mime.xml'), 'utf8')
    const declared = [...types.matchAll(/<mime-type type="([^"]+)"/g)].map(([, type = '']) => type)
    expect(entry).toContain(`MimeType=${declared.map((type) => `${type};`).join('')}\n`)
    for (const pattern of ['*.jobyard', '*.job.yaml', '*.job.yml', '*.job.json'])
      expect(types).toContain(`<glob pattern="${pattern}" />`)
  })

  test('puts everything where the system looks for it', () => {
    const words = given(kind, 'words')
    expect(words).toContain('=/opt/Jobyard\n')
    expect(words).toContain('=/usr/share/applications/jobyard.desktop\n')
    expect(words).toContain('jobyard-mime.xml=/usr/share/mime/packages/jobyard-job-files.xml\n')
    for (const size of [16, 32, 48, 128, 256, 512])
      expect(words).toContain(`=/usr/share/icons/hicolor/${size}x${size}/apps/jobyard.png\n`)
  })

  test('runs scripts in which nothing is left to be filled in', () => {
    expect(given(kind, 'after-install')).toContain(
      "ln -sf '/opt/Jobyard/resources/bin/jobyard' '/usr/bin/jobyard'",
    )
    expect(given(kind, 'after-remove')).toContain("[ -e '/opt/Jobyard/jobyard' ]")
    for (const name of ['after-install', 'after-remove']) expect(given(kind, name)).not.toContain('${')
  })
})

test('a package says where updates are, and of which kind it is', () => {
  const resources = join(folder, 'dist/linux-unpacked/resources')
  expect(readFileSync(join(resources, 'app-update.yml'), 'utf8')).toMatch(
    /owner: somebody[\s\S]*repo: something[\s\S]*provider: github|provider: github[\s\S]*owner: somebody/,
  )
  expect(['deb', 'rpm']).toContain(readFileSync(join(resources, 'package-type'), 'utf8'))
  // The profile that the scripts install.
  expect(existsSync(join(resources, 'apparmor-profile'))).toBe(true)
})
