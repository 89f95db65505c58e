import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document } from 'yaml'
import { MAX_DEPTH, MAX_FILE_PROBLEMS } from './limits.ts'
import type { OnFault, ParsedFile } from './source.ts'
import { YamlConverter } from './yaml-convert.ts'
import { YamlPlaces } from './yaml-places.ts'

type YamlDocument = Document.Parsed

/** The document and the value inside it are on the parser's stack too. */
const MAX_STACK = MAX_DEPTH + 2

/**
 * Reads a YAML 1.2 text (core schema, one document) without trusting it: depth is bounded while it is parsed, aliases by
 * what they would expand to.
 * @returns null where it cannot be understood at all; `onFault` was told
 */
export function parseYamlText(text: string, onFault: OnFault): ParsedFile | null {
  const tokens = tokenise(text, onFault)
  const document = tokens === null ? null : compose(tokens, text.length, onFault)
  return document === null ? null : convert(document, onFault)
}

/** The concrete syntax, up to where it is too deep or hopelessly wrong. */
function tokenise(text: string, onFault: OnFault): CST.Token[] | null {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let errors = 0
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      if (token.type === 'error') errors += 1
    }
    if (errors > MAX_FILE_PROBLEMS) return tokens
    if (parser.stack.length > MAX_STACK) {
      const place = offset
      onFault(() => ({
        code: 'TOO_DEEP',
        path: [],
        offset: place,
        message: `Maps and lists may be ${MAX_DEPTH} deep inside each other.`,
      }))
      return null
    }
    offset = parser.offset
  }
  tokens.push(...parser.end())
  return tokens
}

function compose(tokens: readonly CST.Token[], end: number, onFault: OnFault): YamlDocument | null {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Checked in yaml-convert.ts: the library compares each key with each.
    uniqueKeys: false,
    logLevel: 'silent',
  })
  let first: YamlDocument | null = null
  let isSound = true
  for (const document of composer.compose(tokens, true, end)) {
    for (const { pos, message } of [...document.errors, ...document.warnings]) {
      isSound = false
      onFault(() => ({ code: 'SYNTAX', path: [], offset: pos[0], message: sentence(message) }))
    }
    if (first !== null) {
      onFault(() => manyDocuments(document.range[0]))
      return null
    }
    first = document
  }
  if (first === null || !isSound) return null
  if (first.directives.yaml.explicit === true && first.directives.yaml.version !== '1.2') {
    onFault(() => ({
      code: 'VERSION',
      path: [],
      offset: 0,
      message: 'Job files are YAML 1.2. Remove the %YAML line.',
    }))
    return null
  }
  return first
}

function manyDocuments(offset: number) {
  return {
    code: 'MANY_DOCUMENTS',
    path: [],
    offset,
    message: 'A second YAML document starts here. Put the jobs of one file into a list under "jobs".',
  } as const
}

function convert(document: YamlDocument, onFault: OnFault): ParsedFile | null {
  const root = document.contents
  if (root === null)
    return {
      value: null,
      locate: (loci) => loci.map(() => 0),
      jobOffset: () => 0,
      writtenAs: () => null,
    }
  const converter = new YamlConverter(onFault)
  const converted = converter.convert(root)
  if (converted === null) return null
  const places = new YamlPlaces(root, converter.targets)
  return {
    value: converted.value,
    locate: (loci) => loci.map((locus) => places.offset(locus)),
    jobOffset: (index) => places.item('jobs', index),
    writtenAs: (path) => places.writtenAs(path),
  }
}

/** The library's messages have no full stop, and some quote a large piece of the text. */
function sentence(message: string): string {
  const short = message.length > 200 ? `${message.slice(0, 199)}…` : message
  return /[.?!…]$/.test(short) ? short : `${short}.`
}
