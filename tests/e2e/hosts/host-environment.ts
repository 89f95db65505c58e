import { join, resolve } from 'node:path'

/** The built tree that is tried. */
export const OUT_FOLDER = resolve(import.meta.dirname, '../../..', process.env['JOBYARD_E2E_OUT'] ?? 'out')

/** The environment of a person whose home is the folder of the spec. */
export function environmentOf(folder: string): Readonly<Record<string, string | undefined>> {
  const tmp = join(folder, 'tmp')
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    USERPROFILE: folder,
    TMPDIR: tmp,
    TMP: tmp,
    TEMP: tmp,
    SystemRoot: process.env['SystemRoot'],
    DISPLAY: process.env['DISPLAY'],
  }
}
