import { lstatSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { missingCase } from '../../../shared/errors.ts'
import type { JobFileProblem } from '../../../shared/job-file-problem.ts'
import { asFileFault } from '../job-files/file-fault.ts'
import { quoted } from '../job-files/spec-path.ts'
import { fillTemplate } from '../job-files/template.ts'
import type { Template, TemplateRow } from '../job-files/template.ts'
import { makeFolder } from '../store/data-dir.ts'
import type { OutputRule } from './recipe.ts'

/** What a job is made of, as far as its output depends on it. */
export interface OutputOf {
  readonly filled: TemplateRow
  /** What a relative output counts from. */
  readonly folder: string
  /** The folders between `folder` and the file, with "/"; '' where there are none. */
  readonly below: string
  /** The file itself; null: a row of a table. */
  readonly file: string | null
}

export type Output =
  | { readonly kind: 'write'; readonly path: string }
  /** It is there already, and is to stay. */
  | { readonly kind: 'exists'; readonly path: string }
  | { readonly kind: 'fault'; readonly fault: Pick<JobFileProblem, 'code' | 'message'> }

/** Numbers that are tried for a name that is free. */
const MAX_NUMBER = 10_000
/** What the system makes of it is up to the person's umask. */
const FOLDER_MODE = 0o777
/** File systems of these take `a.mp4` and `A.MP4` for one. */
const FOLDS_CASE = process.platform === 'win32' || process.platform === 'darwin'

/** Where the jobs of one drop write. No two of them get the same place. */
export class OutputPlaces {
  readonly #makes_folders: boolean
  /** What writes there, by place. */
  readonly #taken = new Map<string, string>()
  readonly #made = new Set<string>()
  /** The number to try next, by the place that was wanted. */
  readonly #numbers = new Map<string, number>()

  /** @param makes_folders false: a preview, nothing is made */
  constructor(makes_folders: boolean) {
    this.#makes_folders = makes_folders
  }

  /** @param template what the rule's text was compiled to; null where it has no hole */
  place(rule: OutputRule, template: Template | null, of: OutputOf): Output {
    const text = template === null ? rule.template : fillTemplate(template, of.filled, { shell: false })
    const wanted = resolve(of.folder, rule.mirror_tree ? mirrored(text, of.below) : text)
    if (text.endsWith('/') || text.endsWith(sep) || wanted === resolve(of.folder)) {
      return taken(`The output ${quoted(text)} is a folder. Put a name for the file behind it, like {/}.`)
    }
    const source = of.file === null ? `row ${of.filled.number}` : relative(of.folder, of.file)
    const output = guardedOutput(() => this.#choose(rule, wanted, of.file))
    if (output.kind !== 'write') return output
    const key = keyOf(output.path)
    const other = this.#taken.get(key)
    if (other !== undefined) {
      return taken(`This would write ${quoted(relative(of.folder, output.path))}, as ${quoted(other)} does.`)
    }
    this.#taken.set(key, source)
    return this.#makes_folders ? this.#make(output) : output
  }

  #choose({ if_exists }: OutputRule, wanted: string, file: string | null): Output {
    switch (if_exists) {
      case 'skip':
        if (wanted === file) return taken(`This would be written over itself.`)
        return exists(wanted) ? { kind: 'exists', path: wanted } : { kind: 'write', path: wanted }
      case 'overwrite':
        if (wanted === file) return taken(`This would be written over itself.`)
        return { kind: 'write', path: wanted }
      case 'rename':
        return this.#free(wanted)
      default:
        return missingCase(if_exists)
    }
  }

  #free(wanted: string): Output {
    const ending = extname(wanted)
    const stem = basename(wanted, ending)
    const key = keyOf(wanted)
    for (let number = this.#numbers.get(key) ?? 1; number <= MAX_NUMBER; number += 1) {
      const path = number === 1 ? wanted : join(dirname(wanted), `${stem} (${number})${ending}`)
      if (this.#taken.has(keyOf(path)) || exists(path)) continue
      this.#numbers.set(key, number + 1)
      return { kind: 'write', path }
    }
    return taken(
      `There are ${MAX_NUMBER} files named like ${quoted(basename(wanted))}. Move some of them away.`,
    )
  }

  #make(output: Extract<Output, { kind: 'write' }>): Output {
    const folder = dirname(output.path)
    if (this.#made.has(folder)) return output
    return guardedOutput(() => {
      makeFolder(folder, FOLDER_MODE)
      this.#made.add(folder)
      return output
    })
  }
}

/** What the file system refuses is a fault of one file. */
function guardedOutput(make: () => Output): Output {
  try {
    return make()
  } catch (error) {
    const message = `The output cannot be written there. ${asFileFault(error).message}`
    return { kind: 'fault', fault: { code: 'OUTPUT_FAILED', message } }
  }
}

/** The folders below the dropped one, again below the folder of the output. */
function mirrored(text: string, below: string): string {
  return below === '' ? text : join(dirname(text), below, basename(text))
}

function keyOf(path: string): string {
  return FOLDS_CASE ? path.toLowerCase() : path
}

function exists(path: string): boolean {
  // A link that leads nowhere is there, too.
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function taken(message: string): Output {
  return { kind: 'fault', fault: { code: 'OUTPUT_TAKEN', message } }
}

/** The folder of an output that is the same for all: what a recipe has made there, it is not to take again. */
export function fixedFolder(template: string): string | null {
  const hole = template.search(/\{/)
  const fixed = dirname(`${hole < 0 ? template : template.slice(0, hole)}x`)
  return fixed === '.' || fixed.startsWith('..') ? null : fixed
}
