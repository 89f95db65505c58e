import { execFileSync } from 'node:child_process'
import { findProcess } from './process-list.ts'

const COMMAND_TIMEOUT_MS = 10_000

/**
 * An opaque text that, together with the pid and the boot id, names one process: a pid alone is reused. Linux: clock
 * ticks since the boot; macOS: the second it started; Windows: asked of PowerShell, which takes a third of a second.
 * @returns null where there is no such process, or it cannot be told
 */
export function readStartTime(pid: number): string | null {
  if (process.platform !== 'win32') return findProcess(pid)?.start ?? null
  try {
    const ask = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`
    const text = execFileSync('powershell', ['-NoProfile', '-NonInteractive', '-Command', ask], {
      encoding: 'utf8',
      timeout: COMMAND_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return text === '' ? null : text
  } catch {
    return null
  }
}
