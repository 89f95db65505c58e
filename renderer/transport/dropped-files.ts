/** One file of a drop, with its place below what was dropped. */
export interface DroppedFile {
  /** With forward slashes, never absolute. */
  readonly path: string
  readonly file: File
}

/** More than this is no drop of job files. */
const MAX_FILES = 10_000

/**
 * The files of a drop; folders are walked. Must be called during the event: the browser forgets the entries after it.
 */
export function droppedFiles(data: DataTransfer): Promise<DroppedFile[]> {
  const entries: FileSystemEntry[] = []
  const loose: File[] = []
  for (const item of data.items) {
    if (item.kind !== 'file') continue
    const entry = item.webkitGetAsEntry()
    if (entry !== null) entries.push(entry)
    else {
      const file = item.getAsFile()
      if (file !== null) loose.push(file)
    }
  }
  return walk(
    entries,
    loose.map((file) => ({ path: file.name, file })),
  )
}

/** The files a person picked; those of a picked folder keep their places. */
export function pickedFiles(files: Iterable<File>): DroppedFile[] {
  return [...files].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }))
}

async function walk(entries: readonly FileSystemEntry[], found: DroppedFile[]): Promise<DroppedFile[]> {
  const open = [...entries]
  for (let entry = open.shift(); entry !== undefined && found.length < MAX_FILES; entry = open.shift()) {
    const path = entry.fullPath.replace(/^\/+/, '')
    if (isFile(entry)) found.push({ path, file: await fileOf(entry) })
    else if (isFolder(entry)) open.push(...(await childrenOf(entry)))
  }
  return found
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })
}

/** The browser gives at most a hundred at a time, and an empty list when that was all. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}
