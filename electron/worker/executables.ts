import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** True where the file can be executed; on Windows, where it exists. */
function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The folders a program without a path is looked for in. */
function searchPath(env: NodeJS.ProcessEnv): string[] {
  const name =
    process.platform === 'win32' ? (Object.keys(env).find((key) => /^path$/i.test(key)) ?? 'Path') : 'PATH'
  return (env[name] ?? '').split(delimiter).filter((folder) => folder !== '')
}

/** Every executable of that name on the search path, in order. */
export function findExecutables(name: string, env: NodeJS.ProcessEnv): string[] {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  return searchPath(env)
    .map((folder) => join(folder, file))
    .filter(isExecutable)
}
