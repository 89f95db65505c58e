import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Files that take longest though they are short: begun last, one of them would be waited for by all the others. */
const LONGEST = [
  'tests/e2e/first-use.test.ts',
  'tests/integration/planted-bugs.test.ts',
  'tests/integration/engine-properties.test.ts',
  'tests/electron-stand-in/desktop-shell.test.ts',
  'tests/integration/store-properties.test.ts',
  'tests/packaging/linux-app.test.ts',
]

/** Begins with the longest. Where nothing is known of earlier runs, vitest goes by the size of the files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((file) => moduleId.endsWith(file))
      return place < 0 ? LONGEST.length : place
    }
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}
