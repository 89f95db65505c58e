import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from 'electron'

/** The launcher that is installed with the app puts it before the words of the command line. */
const SWITCH = '--cli'
/** Chromium and Node read no switches of theirs behind it. */
const END_OF_SWITCHES = '--'

/**
 * The words of a command line (`run a.sh`), where the app was started to carry one out; null where it is to open its window.
 * @param argv all of it, the program first
 */
export function commandLineOf(argv: readonly string[]): readonly string[] | null {
  const end = argv.indexOf(END_OF_SWITCHES)
  const own = end === -1 ? argv : argv.slice(0, end)
  if (!own.slice(1).includes(SWITCH)) return null
  return end === -1 ? [] : argv.slice(end + 1)
}

type CommandLineApp = Pick<App, 'disableHardwareAcceleration' | 'on' | 'setPath' | 'whenReady'> &
  Partial<Pick<App, 'setActivationPolicy'>>

export interface CommandLineOptions {
  readonly app: CommandLineApp
  readonly words: readonly string[]
  /** The built entry of the command line, absolute. */
  readonly entry: string
  /** What has to be there before it is loaded, and cannot be before Electron is ready. */
  readonly prepare: () => void
}

/**
 * Becomes the command line: no window, no menu, no lock. It runs in the main process, as a utility process has no standard
 * input and can start no workers; `--cli` is the one way in, since the fuse that would let the program act as Node is off.
 * To be called before Electron is ready. Rejects where the command line cannot be loaded.
 */
export async function becomeCommandLine({ app, words, entry, prepare }: CommandLineOptions): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'jobyard-cli-'))
  app.setPath('userData', profile)
  app.setPath('sessionData', profile)
  process.on('exit', () => {
    rmSync(profile, { recursive: true, force: true })
  })
  app.disableHardwareAcceleration()
  // Else a command would jump about in the dock.
  if (process.platform === 'darwin') app.setActivationPolicy?.('prohibited')
  // Electron quits at a signal; here signals are for the command to decide, and it ends the process itself.
  app.on('before-quit', (event) => {
    event.preventDefault()
  })
  // Electron goes on after a promise that nobody caught, where Node ends.
  process.on('unhandledRejection', (reason) => {
    throw reason
  })
  await app.whenReady()
  prepare()
  process.argv = [process.execPath, entry, ...words]
  await import(/* @vite-ignore */ pathToFileURL(entry).href)
}
