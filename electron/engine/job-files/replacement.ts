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

/**
 * What `s:.*\/::` leaves in Perl, where `.` is no line feed: of the first line with a slash, what stands behind its last.
 * (As a regular expression it would take long for long texts without a slash.)
 */
function baseOf(value: string): string {
  const first = value.indexOf('/')
  if (first < 0) return value
  const line = value.lastIndexOf('\n', first) + 1
  const next_line = value.indexOf('\n', first)
  const last = value.lastIndexOf('/', next_line < 0 ? value.length : next_line)
  return value.slice(0, line) + value.slice(last + 1)
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
  let escaped = ''
  let backslashes = 0
  for (const char of value) {
    // Backslashes count as such, unless a quote comes behind them.
    if (char === '"') escaped += `${'\\'.repeat(backslashes)}\\"`
    else escaped += char === '%' ? '"^%"' : char
    backslashes = char === '\\' ? backslashes + 1 : 0
  }
  return `"${escaped}${'\\'.repeat(backslashes)}"`
}
