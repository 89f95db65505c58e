import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the app was started with. */
export interface StartArguments {
  /** As it was given; undefined: the data directory of the environment, or the usual one. */
  readonly data: string | undefined
  /** Absolute paths of files and folders to drop. */
  readonly files: readonly string[]
}

/** Switches that Electron or a debugger puts before ours, and that bring a word of their own. */
const SWITCHES_WITH_VALUE: ReadonlySet<string> = new Set(['-r', '--require'])

/**
 * Reads the command line of the app. Chromium's switches stand among ours, so that what is not known is passed over.
 * @param argv all of it, the program first
 * @param is_packaged false: the word after the program names the app's folder
 */
export function parseStartArguments(
  argv: readonly string[],
  options: { readonly is_packaged: boolean; readonly cwd: string },
): StartArguments {
  const words: string[] = []
  let data: string | undefined
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--data') {
      data = argv[at + 1]
      at += 1
    } else if (word.startsWith('--data=')) data = word.slice('--data='.length)
    else if (SWITCHES_WITH_VALUE.has(word)) at += 1
    else if (word !== '' && !word.startsWith('-')) words.push(word)
  }
  if (!options.is_packaged) words.shift()
  const files = words.flatMap((word) => filePath(word, options.cwd) ?? [])
  return { data, files: [...new Set(files)] }
}

/** Path of a file that is given as a path or, as Linux desktops do, as a URL; null where it is neither. */
function filePath(word: string, cwd: string): string | null {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(word)) return isAbsolute(word) ? word : resolve(cwd, word)
  try {
    return fileURLToPath(word)
  } catch {
    return null
  }
}
