import { relative } from 'node:path'
import type { FullConfig, FullResult, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter'
import { readSkipList, staleFaults, unlistedFaults } from '../skip-list.ts'
import type { TestCount } from '../test-count.ts'
import { countLine, leaveCount } from '../test-count.ts'

/**
 * What tests/skip-list-reporter.ts is for vitest: the run fails when a spec was skipped without standing in the skip list
 * with a reason (or is expected to fail: that is a skip by another name), and when the list names one that was not. The
 * last line is the count.
 */
export default class SpecReporter implements Reporter {
  private readonly listFile: string
  private root: Suite | undefined
  private config: FullConfig | undefined
  private errors = 0

  /** @param options `listFile`: path of the skip list, a JSON array of `{ name, reason }`. */
  constructor(options: { readonly listFile: string }) {
    this.listFile = options.listFile
  }

  printsToStdio(): boolean {
    return false
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.config = config
    this.root = suite
  }

  /** Something broke outside of a spec: a file that cannot be loaded, the set-up. */
  onError(_error: TestError): void {
    this.errors += 1
  }

  onEnd({ status }: FullResult): Promise<{ status?: FullResult['status'] }> {
    const count: TestCount = { passed: 0, failed: this.errors, skipped: 0 }
    const skipped = new Set<string>()
    for (const test of this.root?.allTests() ?? []) {
      const state = stateOf(test)
      count[state] += 1
      if (state === 'skipped') skipped.add(this.listName(test))
    }
    const faults = this.faults(skipped)
    leaveCount(count)
    const lines = [...faults, countLine(count)]
    // Other reporters may still have something to say.
    process.once('exit', () => {
      process.stdout.write(`${lines.join('\n')}\n`)
    })
    return Promise.resolve(faults.length > 0 && status === 'passed' ? { status: 'failed' } : {})
  }

  /** The name a spec goes by in the skip list: `tests/e2e/x.spec.ts > suite > test [host]`. */
  private listName(test: TestCase): string {
    const [, host, , ...titles] = test.titlePath()
    const file = relative(this.rootDir(), test.location.file).replaceAll('\\', '/')
    return `${file} > ${titles.join(' > ')} [${host ?? ''}]`
  }

  private rootDir(): string {
    // Paths in the list are those of the project, whose configuration this is.
    const file = this.config?.configFile
    return file === undefined ? process.cwd() : file.replace(/[^/\\]*$/, '')
  }

  private faults(skipped: ReadonlySet<string>): string[] {
    const listed = new Set(readSkipList(this.listFile, 'playwright'))
    const unlisted = [...skipped].filter((name) => !listed.has(name))
    // Whoever picks specs leaves out the others on purpose: those are not known here.
    const known = new Set((this.root?.allTests() ?? []).map((test) => this.listName(test)))
    const stale = [...listed].filter((name) => known.has(name) && !skipped.has(name))
    return [...unlistedFaults(unlisted, this.listFile), ...staleFaults(stale, this.listFile)]
  }
}

function stateOf(test: TestCase): keyof TestCount {
  if (test.expectedStatus === 'failed') return 'skipped'
  switch (test.outcome()) {
    case 'expected':
      return 'passed'
    case 'skipped':
      // One that never ran, because the run was ended or what it needs failed, did not pass.
      return test.results.some(({ status }) => status === 'skipped') ? 'skipped' : 'failed'
    case 'unexpected':
    case 'flaky':
      return 'failed'
  }
}
