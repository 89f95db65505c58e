import type { CommonSpec } from '../store/spec-text.ts'
import { parseCommonSpec, splitSpecText } from '../store/spec-text.ts'

const MAX_ENTRIES = 512
/** Longer texts are parsed each time: they are rare, and would hold memory. */
const MAX_CHARS = 4_096

/** Parses what stored specs have in common; that of jobs that were made alike is the same object. */
export class SpecCache {
  readonly #specs = new Map<string, CommonSpec>()
  /** What was asked for last: most of the time it is asked for again, and to compare is cheaper than to look up. */
  #last: { readonly json: string; readonly spec: CommonSpec } | null = null

  /** @throws JobyardError DATA_CORRUPT where the text is no spec */
  parse(spec_json: string): CommonSpec {
    const { common_end } = splitSpecText(spec_json)
    if (this.#last?.json.length === common_end && spec_json.startsWith(this.#last.json))
      return this.#last.spec
    const json = spec_json.slice(0, common_end)
    const spec = this.#specs.get(json) ?? this.#parse(json)
    this.#last = { json, spec }
    return spec
  }

  #parse(common_json: string): CommonSpec {
    const spec = parseCommonSpec(common_json)
    if (common_json.length <= MAX_CHARS) {
      if (this.#specs.size >= MAX_ENTRIES) this.#specs.clear()
      this.#specs.set(common_json, spec)
    }
    return spec
  }
}
