import type { ProblemCode } from '../../../shared/job-file-problem.ts'

/** Why a file as a whole cannot be read. Thrown and caught inside this room; never crosses a boundary. */
export class FileFault extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string) {
    super(message)
    this.name = 'FileFault'
    this.code = code
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** What an error of the file system means for a person. */
export function asFileFault(error: unknown): FileFault {
  if (error instanceof FileFault) return error
  const errno = errnoOf(error)
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileFault('NOT_FOUND', 'There is no such file or folder.')
    case 'ELOOP':
      return new FileFault('NOT_FOUND', 'This link leads to itself.')
    case 'ENAMETOOLONG':
      return new FileFault('NOT_FOUND', 'The path is too long for this system.')
    case 'EACCES':
    case 'EPERM':
      return new FileFault('UNREADABLE', 'No permission to read this. Check its access rights.')
    case 'ENXIO':
    case 'ENODEV':
    case 'EOPNOTSUPP':
      return new FileFault('NOT_A_FILE', 'This is a device, a pipe or a socket, not a file.')
    case 'ERR_INVALID_ARG_VALUE':
      return new FileFault('NOT_FOUND', 'A path cannot hold a NUL character.')
    default:
      return new FileFault(
        'UNREADABLE',
        `This cannot be read (${errno === '' ? String(error) : errno}). Check the file and the disk.`,
      )
  }
}

/** Runs what reads files; what fails there comes out as a FileFault. */
export function guarded<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw asFileFault(error)
  }
}
