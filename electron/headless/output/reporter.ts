import type { EndedJob } from '../../../shared/status.ts'
import type { Submission } from '../../engine/submissions/submitter.ts'
import type { Host } from '../host.ts'
import { note } from '../host.ts'
import { endedJobJson, submittedJson, summaryJson } from './job-json.ts'
import { jobLine } from './job-line.ts'
import type { Summary } from './tally.ts'
import { summaryLine } from './tally.ts'

/** How `run` and `start` tell what happens: on a terminal, as plain lines, or as JSON. */
export interface Reporter {
  /** Jobs are on disk. */
  submitted(submission: Submission): Promise<void>
  /** A job ended or was interrupted. Resolves when the next may come. */
  ended(job: EndedJob): Promise<void>
  /** A line for a person, on standard error. */
  say(line: string): void
  /** The same, as a remark of ours. */
  note(text: string): void
  /** What goes on now besides the work itself; shown where there is a place for it. */
  notice(text: string): void
  finished(summary: Summary): Promise<void>
  /** Takes a view away that is still there; to be called in any case. */
  close(): void
}

/** Only remarks, on standard error: for a host that is watched from elsewhere. */
export class NotesReporter implements Reporter {
  protected readonly host: Host

  constructor(host: Host) {
    this.host = host
  }

  async submitted(_submission: Submission): Promise<void> {
    // Whoever watches sees it.
  }

  async ended(_job: EndedJob): Promise<void> {
    // The same.
  }

  say(line: string): void {
    void this.host.stderr.line(line)
  }

  note(text: string): void {
    note(this.host, text)
  }

  notice(text: string): void {
    this.note(text)
  }

  async finished(_summary: Summary): Promise<void> {
    // The same.
  }

  close(): void {
    // Nothing to take away.
  }
}

/** `--json`: one object a line on standard output, and nothing else. */
export class JsonReporter extends NotesReporter {
  override async submitted(submission: Submission): Promise<void> {
    await this.host.stdout.line(submittedJson(submission))
  }

  override async ended(job: EndedJob): Promise<void> {
    await this.host.stdout.line(endedJobJson(job))
  }

  override async finished(summary: Summary): Promise<void> {
    await this.host.stdout.line(summaryJson(summary))
  }
}

/** Without a terminal: a line for each job that ended, and one for all; what was queued is said by the last one. */
export class PlainReporter extends NotesReporter {
  override async ended(job: EndedJob): Promise<void> {
    await this.host.stdout.line(jobLine(job))
  }

  override async finished(summary: Summary): Promise<void> {
    await this.host.stdout.line(summaryLine(summary))
  }
}
