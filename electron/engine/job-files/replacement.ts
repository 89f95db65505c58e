import { missingCase } from '../../../shared/errors.ts'

/** What of a value takes the place of a replacement string, named by what stands in its braces: `{/.}` is `/.`. */
export const VALUE_PARTS = ['', '.', '/', '//', '/.'] as const
export type ValuePart = (typeof VALUE_PARTS)[number]

/** The results are those of GNU parallel, for every text: see tests/fixtures/replacement-corpus. */
export function partOf(value: string, part: ValuePart): string {
  switch (part) {
    case '':
      return value
    case '.':
      return value.replace(EXTENSION, '')
    case '/':
      return baseOf(value)
    case '//':
      return folderOf(value)
    case '/.':
      return baseOf(value).replace(EXTENSION, '')
    default:
      return missingCase(part)
  }
}

const EXTENSION = /\.[^/.]*$/

/** Perl's `.` is any character but a line feed; JavaScript's leaves out more. */
function baseOf(value: string): string {
  return value.replace(/[^\n]*\//, '')
}

/** The `dirname` of Perl's File::Basename. */
function folderOf(value: string): string {
  const { folder, base } = splitPath(value)
  const stripped = withoutSlashes(folder)
  return base === '' ? withoutSlashes(splitPath(stripped).folder) : stripped
}

function splitPath(path: string): { readonly folder: string; readonly base: string } {
  const end = path.lastIndexOf('/') + 1
  return { folder: end === 0 ? './' : path.slice(0, end), base: path.slice(end) }
}

/** The slashes at the end; the first character stays. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}

/** Quotes a value so that the shell that runs a command text takes it as one word, whatever it holds. */
export function shellQuote(value: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? cmdQuote(value) : posixQuote(value)
}

/** As GNU parallel writes it: only where needed, in single quotes, with "'" around single quotes. */
function posixQuote(value: string): string {
  if (value === '') return "''"
  if (!/[^-_.+a-zA-Z0-9/]/.test(value)) return value
  return `'${value.replaceAll("'", `'"'"'`)}'`.replace(/^''/, '').replace(/''$/, '')
}

/** cmd.exe, then the rule by which programs split their command line. A percent sign is parted so that it names no variable. */
function cmdQuote(value: string): string {
  if (value !== '' && !/[^-_.+a-zA-Z0-9/\\:]/.test(value)) return value
  const escaped = value.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')
  return `"${escaped.replaceAll('%', '"^%"')}"`
}
