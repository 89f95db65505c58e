import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { JobyardError } from '../../../shared/errors.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 30_000

export type PowerWish = 'sleep' | 'shut-down'

/**
 * The program of the system that does it, and its arguments. Sources: systemctl(1), pmset(1), the System Events dictionary
 * of macOS, the documentation of `shutdown` and of `SetSuspendState` of Windows. null: this system has none we know of.
 * @internal for tests
 */
export function powerCommand(
  wish: PowerWish,
  platform: NodeJS.Platform,
): readonly [string, ...string[]] | null {
  switch (platform) {
    case 'linux':
      return ['systemctl', wish === 'sleep' ? 'suspend' : 'poweroff']
    case 'darwin':
      return wish === 'sleep'
        ? ['pmset', 'sleepnow']
        : ['osascript', '-e', 'tell application "System Events" to shut down']
    case 'win32':
      return wish === 'sleep'
        ? ['rundll32.exe', 'powrprof.dll,SetSuspendState', '0,1,0']
        : ['shutdown', '/s', '/t', '0']
    default:
      return null
  }
}

/** @throws JobyardError UNSUPPORTED_PLATFORM where the system has no way to, or refuses */
export async function askSystem(wish: PowerWish): Promise<void> {
  const command = powerCommand(wish, process.platform)
  const what = wish === 'sleep' ? 'sleep' : 'be shut down'
  if (command === null) {
    throw new JobyardError('UNSUPPORTED_PLATFORM', `How this system is made to ${what} is not known here.`)
  }
  const [program, ...args] = command
  try {
    await run(program, args, { timeout: TIMEOUT_MS, windowsHide: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error)
    throw new JobyardError(
      'UNSUPPORTED_PLATFORM',
      `The machine could not ${what} by ${program}: ${reason}. It may need a permission, or not be able to.`,
      { cause: error },
    )
  }
}
