import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** What the specs can run in. */
export const HOST_NAMES = ['serve', 'stand-in', 'electron'] as const
export type HostName = (typeof HOST_NAMES)[number]

const isHostName = (name: string): name is HostName => HOST_NAMES.some((known) => known === name)

/** The hosts that can be used here, or the one that E2E_HOST names. */
export function hostsHere(): readonly HostName[] {
  const wanted = process.env['E2E_HOST']
  if (wanted !== undefined && wanted !== '') {
    if (!isHostName(wanted)) throw new Error(`E2E_HOST is one of ${HOST_NAMES.join(', ')}, not ${wanted}.`)
    return [wanted]
  }
  if (packedApp() !== undefined) return ['electron']
  return HOST_NAMES.filter((name) => name !== 'electron' || electronBinary() !== undefined)
}

/** A packed app to be tried in place of the checkout: the path of its program, in E2E_APP. */
export function packedApp(): string | undefined {
  const named = process.env['E2E_APP']
  return named === undefined || named === '' ? undefined : resolve(named)
}

/** Path of Electron's own binary. Asking the package for it would download one. */
export function electronBinary(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const told = join(folder, 'path.txt')
  if (!existsSync(told)) return undefined
  const binary = join(folder, 'dist', readFileSync(told, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** One line for whoever reads the output of the run. */
export function describeHosts(): string {
  const here = hostsHere()
  const missing = here.includes('electron') ? '' : electronNote()
  return `Specs run in: ${here.join(', ')}${missing}`
}

function electronNote(): string {
  if (electronBinary() !== undefined || packedApp() !== undefined) return ''
  return '. Not in Electron itself, its binary is not here: npx install-electron'
}
