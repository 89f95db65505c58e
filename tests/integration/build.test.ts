import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'

// Looks at out/ as it was built last; `npm test` builds it first.

const out = join(import.meta.dirname, '../../out')

type Node = Readonly<Record<string, unknown>>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

/** Every node below this one, without those for which `enter` is false. */
function* nodesBelow(node: Node, enter: (node: Node) => boolean): Generator<Node> {
  for (const child of Object.values(node).flat()) {
    if (!isNode(child) || !enter(child)) continue
    yield child
    yield* nodesBelow(child, enter)
  }
}

function parse(file: string): Node {
  expect(existsSync(file), `${file} is not there: run \`npm run build\``).toBe(true)
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'))
  expect(errors).toEqual([])
  return { ...program }
}

const IMPORTS = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression']

/** The literal specifiers of a file: of its imports, static and dynamic, or of its `require` calls. */
function specifiers(program: Node): string[] {
  const found: string[] = []
  for (const node of nodesBelow(program, () => true)) {
    const isRequire =
      node['type'] === 'CallExpression' && isNode(node['callee']) && node['callee']['name'] === 'require'
    const first: unknown = Array.isArray(node['arguments']) ? node['arguments'].at(0) : undefined
    const source = isRequire ? first : IMPORTS.includes(String(node['type'])) ? node['source'] : undefined
    if (isNode(source) && typeof source['value'] === 'string') found.push(source['value'])
  }
  return found
}

/** A built file and all chunks it reaches, by path. */
function filesOf(file: string, seen = new Map<string, Node>()): Map<string, Node> {
  if (seen.has(file)) return seen
  const program = parse(file)
  seen.set(file, program)
  for (const specifier of specifiers(program)) {
    if (specifier.startsWith('.')) filesOf(join(dirname(file), specifier), seen)
  }
  return seen
}

/** Names of the packages that a built file and its chunks import. */
function packagesOf(file: string): string[] {
  const all = [...filesOf(join(out, file)).values()].flatMap(specifiers)
  return [...new Set(all.filter((name) => !name.startsWith('.') && !isBuiltin(name)))].sort()
}

const isFunction = (node: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(String(node['type']))

describe('the build', () => {
  test.each([
    ['main/cli.js', ['better-sqlite3']],
    ['main/store-thread.js', ['better-sqlite3']],
    ['main/job-file-thread.js', []],
    ['main/worker.js', []],
    ['main/main.js', ['better-sqlite3', 'electron']],
  ])('%s needs no package but %j', (file, allowed) => {
    expect(packagesOf(file).filter((name) => !allowed.includes(name))).toEqual([])
  })

  test('Electron becomes ready, because its entry awaits nothing at the top level', () => {
    for (const [file, program] of filesOf(join(out, 'main/main.js'))) {
      const awaited = [...nodesBelow(program, (node) => !isFunction(node))].filter(
        (node) =>
          node['type'] === 'AwaitExpression' || (node['type'] === 'ForOfStatement' && node['await'] === true),
      )
      expect(awaited, file).toEqual([])
    }
  })

  test('the preload is one classic script that needs only what the sandbox has', () => {
    const program = parse(join(out, 'preload/preload.cjs'))
    expect([...nodesBelow(program, () => true)].some((node) => IMPORTS.includes(String(node['type'])))).toBe(
      false,
    )
    expect(specifiers(program).filter((name) => name !== 'electron')).toEqual([])
  })

  test('the page has no inline script or style, which its content security policy would refuse', () => {
    const page = readFileSync(join(out, 'renderer/index.html'), 'utf8')
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/i)
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/i)
    expect(page).toMatch(/<script type="module"[^>]* src="\.\/assets\//)
  })

  test('every package inside has a licence that lets it be given on', () => {
    // A heading names the licence in brackets, where the package's manifest does; else its text is below.
    const free = /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0)$/
    for (const part of ['main', 'renderer']) {
      const text = readFileSync(join(out, part, 'licenses.md'), 'utf8')
      const packages = text.split(/^## /m).slice(1)
      expect(packages.length).toBeGreaterThan(3)
      const others = packages.filter((entry) => {
        const named = /^\S+ - \S+ \((.+)\)$/m.exec(entry.split('\n', 1)[0] ?? '')?.[1]
        return named === undefined ? !entry.includes('MIT License') : !free.test(named)
      })
      expect(others.map((entry) => entry.split('\n', 1)[0])).toEqual([])
    }
  })
})
