import type { ApiClient } from '../../../shared/ipc.ts'
import type { LogFilter } from './log-choices.svelte.ts'
import { LogFinder } from './log-finder.svelte.ts'
import type { LogLine } from './log-lines.ts'
import { LogTail } from './log-tail.svelte.ts'

/** Read at once: some thousand lines, which take no longer than a frame. */
const PIECE_BYTES = 48 * 1024

/** What one attempt printed, as it is looked at: which streams, and what is searched for. */
export class AttemptLog {
  readonly attempt_id: number
  readonly tail: LogTail
  readonly finder = new LogFinder()
  #streams = $state<LogFilter>('both')
  readonly #lines = $derived.by(() => linesOf(this.tail.lines, this.#streams))

  constructor(attempt_id: number, api: ApiClient) {
    this.attempt_id = attempt_id
    this.tail = new LogTail(
      (from, signal) => api('job:log', { attempt_id, from, max_bytes: PIECE_BYTES }, signal),
      (first_changed) => {
        this.finder.setLines(this.lines, first_changed)
      },
    )
  }

  get streams(): LogFilter {
    return this.#streams
  }

  get lines(): readonly LogLine[] {
    return this.#lines
  }

  show(streams: LogFilter): void {
    this.#streams = streams
    this.finder.setLines(this.lines, 1)
  }

  stop(): void {
    this.tail.stop()
    this.finder.stop()
  }
}

/** What Jobyard itself says of the output belongs to both. */
function linesOf(lines: readonly LogLine[], streams: LogFilter): readonly LogLine[] {
  return streams === 'both' ? lines : lines.filter(({ stream }) => stream === streams || stream === 'note')
}
