import { isBuiltin } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import type { Rule } from 'eslint'
import { importTable } from './import-table.ts'

/** What one import statement asks for. */
interface Wanted {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** The path from the project's root, with forward slashes on every system. */
function projectPath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/')
}

/** The room that a path of the project lies in, if any. */
function roomOf(path: string): string | undefined {
  return Object.keys(importTable).find((room) => path.startsWith(`${room}/`))
}

/** `@scope/name/sub` and `name/sub` without the subpath. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Why `room` may not import this file of ours, or undefined when it may. */
function faultOfOwn(room: string, target: string, typeOnly: boolean): string | undefined {
  const may = importTable[room]
  const targetRoom = roomOf(target)
  if (may === undefined || targetRoom === room) return undefined
  if (targetRoom === undefined) {
    const isResource = target === 'package.json' || target.startsWith('resources/')
    if (isResource && may.resources === true) return undefined
    return `${room} may not import ${target}: it lies in no room that ${room} may use`
  }
  if (may.rooms.includes(targetRoom)) return undefined
  if (may.typesOf?.includes(targetRoom) === true) {
    return typeOnly ? undefined : `${room} may import only types from ${targetRoom}: write \`import type\``
  }
  return `${room} may not import from ${targetRoom}`
}

/** Why `room` may not import this package or built-in module, or undefined when it may. */
function faultOfPackage(room: string, specifier: string): string | undefined {
  const may = importTable[room]
  if (may === undefined) return undefined
  if (isBuiltin(specifier)) {
    if (!may.node) return `${room} may not import modules of Node (${specifier})`
    return specifier.startsWith('node:') ? undefined : `write node:${specifier}`
  }
  return may.packages.includes(packageOf(specifier))
    ? undefined
    : `${room} may not import the package ${packageOf(specifier)}`
}

/** The specifier of `import(…)`, `require(…)`, `import type`, `export … from` and `import('…').Type`. */
function wantedOf(source: unknown, kind: unknown): Wanted | undefined {
  if (typeof source !== 'object' || source === null || !('value' in source)) return undefined
  return typeof source.value === 'string' ? { specifier: source.value, typeOnly: kind === 'type' } : undefined
}

/** Enforces the import table of docs/architecture.md on every file that lies in a room. */
export const importTableRule: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Enforce the import table of docs/architecture.md, section 3.' },
    schema: [],
    messages: { forbidden: '{{fault}} (import table, docs/architecture.md section 3).' },
  },
  create(context) {
    const room = roomOf(projectPath(context.cwd, context.physicalFilename))
    if (room === undefined || context.physicalFilename.endsWith('.test.ts')) return {}

    const check = (node: Rule.Node, wanted: Wanted | undefined): void => {
      if (wanted === undefined) return
      const [path = ''] = wanted.specifier.split('?')
      const fault = path.startsWith('.')
        ? faultOfOwn(
            room,
            projectPath(context.cwd, resolve(dirname(context.physicalFilename), path)),
            wanted.typeOnly,
          )
        : faultOfPackage(room, path)
      if (fault !== undefined) context.report({ node, messageId: 'forbidden', data: { fault } })
    }

    return {
      ImportDeclaration: (node) => {
        check(node, wantedOf(node.source, 'importKind' in node ? node.importKind : undefined))
      },
      ExportNamedDeclaration: (node) => {
        check(node, wantedOf(node.source, 'exportKind' in node ? node.exportKind : undefined))
      },
      ExportAllDeclaration: (node) => {
        check(node, wantedOf(node.source, 'exportKind' in node ? node.exportKind : undefined))
      },
      ImportExpression: (node) => {
        check(node, wantedOf(node.source, undefined))
      },
      'CallExpression[callee.name="require"]': (node: Rule.Node) => {
        if (node.type === 'CallExpression') check(node, wantedOf(node.arguments[0], undefined))
      },
      TSImportType: (node: Rule.Node) => {
        check(node, wantedOf('source' in node ? node.source : undefined, 'type'))
      },
    }
  },
}
