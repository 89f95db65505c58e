import type { ForkOptions, UtilityProcess } from 'electron'
import { utilityProcess } from 'electron'

/** Electron's own, which fails before Electron is ready. */
export const forkUtility = (entry: string, args: string[], options: ForkOptions): UtilityProcess =>
  utilityProcess.fork(entry, args, options)
