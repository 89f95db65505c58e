import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a browser, a copy or an editor calls a file that is not whole yet. */
const UNFINISHED = /\.(part|partial|crdownload|download|tmp|temp|filepart|opdownload)$|~$|^~\$/i

export interface FolderFilesOptions {
  /** Absolute. */
  readonly folder: string
  readonly recursive: boolean
  /** Absolute: folders that are not looked into. */
  readonly left_out: readonly string[]
}

/**
 * The files of a folder, one after the other, as paths below it with "/". Names with a dot in front and those of
 * unfinished files are passed over, and links to folders. Nothing is asked of the files themselves.
 * @throws the error of the system where the folder itself cannot be read; one inside it is passed over
 */
export async function* folderFiles(options: FolderFilesOptions): AsyncGenerator<string> {
  const inner = ['']
  for (let below = inner.shift(); below !== undefined; below = inner.shift()) {
    try {
      for await (const entry of await opendir(join(options.folder, below))) {
        const { name } = entry
        if (name.startsWith('.')) continue
        const path = below === '' ? name : `${below}/${name}`
        if (entry.isDirectory()) {
          if (options.recursive && !options.left_out.includes(join(options.folder, path))) inner.push(path)
        } else if (!UNFINISHED.test(name) && (entry.isFile() || (await isLinkToFile(options.folder, path)))) {
          yield path
        }
      }
    } catch (error) {
      if (below === '') throw error
    }
  }
}

/** Some file systems do not say what an entry is, either. */
async function isLinkToFile(folder: string, path: string): Promise<boolean> {
  const found = await stat(join(folder, path)).catch(() => null)
  return found?.isFile() === true
}
