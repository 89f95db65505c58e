import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

const COMMAND_TIMEOUT_MS = 5_000

let known: string | null = null

/**
 * An opaque text that differs between two boots of this machine, so that a crash of the app can be told from a
 * reboot. Read once for each process. Where the system has no such id (some Windows set-ups) it is the minute of the
 * boot by the clock: it may then change without a reboot, which errs on the safe side (an attempt counts as started).
 */
export function bootId(): string {
  known ??= readBootId()
  return known
}

function readBootId(): string {
  try {
    const { platform } = process
    if (platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    if (platform === 'darwin') return readDarwinBootId()
    if (platform !== 'win32') return bootMinute()
    return run('powershell', ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_BOOT_TIME])
  } catch {
    return bootMinute()
  }
}

const WINDOWS_BOOT_TIME = '(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()'

function readDarwinBootId(): string {
  const session = run('sysctl', ['-n', 'kern.bootsessionuuid'])
  return session === '' ? run('sysctl', ['-n', 'kern.boottime']) : session
}

function bootMinute(): string {
  return `minute-${Math.round((Date.now() / 1_000 - uptime()) / 60)}`
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}
