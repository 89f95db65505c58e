import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'
import { readSkipList, staleFaults, unlistedFaults } from './skip-list.ts'
import type { TestCount } from './test-count.ts'
import { countLine, leaveCount } from './test-count.ts'

/** The name a test goes by in the skip list: `tests/x.test.ts > suite > test`. */
function listName(entity: TestCase | TestSuite): string {
  return `${entity.module.relativeModuleId} > ${entity.fullName}`
}

/** A file or a suite that broke outside of its tests counts as one failure: its tests may not even be known. */
function brokenOutsideOfTests(module: TestModule): number {
  const broken = [module, ...module.children.allSuites()].filter((entity) => entity.errors().length > 0)
  return broken.length
}

/**
 * Keeps silent gaps out of the test run. The run fails when a test was skipped (or is a todo) without standing in the
 * skip list with a reason, and when the list names a test that was not skipped. The last line of the output is the
 * count, `Tests: N passed, N failed` (`, N skipped` where there are any), for people and machines alike.
 */
export class SkipListReporter implements Reporter {
  private vitest: Vitest | undefined
  private readonly listFile: string

  /** @param listFile Path of the skip list, a JSON array of `{ name, reason }`. */
  constructor(listFile: string) {
    this.listFile = listFile
  }

  onInit(vitest: Vitest): void {
    this.vitest = vitest
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
  ): Promise<void> {
    const count: TestCount = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const skipped = new Set<string>()
    for (const module of modules) {
      count.failed += brokenOutsideOfTests(module)
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        // One that never ended, because its process died, did not pass.
        count[state === 'pending' ? 'failed' : state] += 1
        if (state === 'skipped') skipped.add(listName(test))
      }
      for (const suite of module.children.allSuites()) {
        // `describe.todo` has no test inside that could be counted.
        if (suite.state() === 'skipped' && suite.children.size === 0) {
          count.skipped += 1
          skipped.add(listName(suite))
        }
      }
    }
    const faults = await this.faults(skipped, modules)
    if (faults.length > 0) process.exitCode = 1
    leaveCount(count)
    this.sayLast(faults, count)
  }

  /** What is wrong between the skipped tests and the list, one sentence each. */
  private async faults(skipped: ReadonlySet<string>, modules: readonly TestModule[]): Promise<string[]> {
    // Whoever picks tests by name, line or tag has skipped the others on purpose.
    if (this.testsWerePicked(modules)) return []
    const listed = new Set(readSkipList(this.listFile, 'vitest'))
    const unlisted = [...skipped].filter((name) => !listed.has(name))
    const stale = (await this.wholeSuiteRan(modules)) ? [...listed].filter((name) => !skipped.has(name)) : []
    return [...unlistedFaults(unlisted, this.listFile), ...staleFaults(stale, this.listFile)]
  }

  private testsWerePicked(modules: readonly TestModule[]): boolean {
    const byLine = modules.some((module) => module.toTestSpecification().testLines !== undefined)
    const byTag = (this.vitest?.config.tagsFilter?.length ?? 0) > 0
    return byLine || byTag || this.vitest?.config.testNamePattern !== undefined
  }

  private async wholeSuiteRan(modules: readonly TestModule[]): Promise<boolean> {
    const ran = new Set(modules.map((module) => module.moduleId))
    const all = (await this.vitest?.globTestSpecifications()) ?? []
    return all.every((specification) => ran.has(specification.moduleId))
  }

  /** Waits for the end of the process, since other reporters may still have something to say. */
  private sayLast(faults: readonly string[], count: TestCount): void {
    const lines = [...faults, countLine(count)]
    const say = (): void => {
      process.stdout.write(`${lines.join('\n')}\n`)
    }
    if (this.vitest?.config.watch === true) say()
    else process.once('exit', say)
  }
}
