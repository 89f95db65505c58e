import type { Command } from 'commander'
import { formatDuration } from '../../../shared/duration.ts'
import type { JobSpec, NewJob } from '../../../shared/job-spec.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { SPEC_DEFAULTS } from '../../../shared/job-spec.ts'
import type { JobFilesRead } from '../../engine/job-files/read-job-files.ts'
import type { Host } from '../host.ts'
import { EXIT, note, sizeOf } from '../host.ts'
import { previewFiles, tellLeftFiles, tellOffers, tellProblems } from '../job-files.ts'
import { previewedJobJson, problemJson } from '../output/preview-json.ts'
import { recipeOption } from '../recipe-option.ts'
import { PlainReporter } from '../output/reporter.ts'
import type { Column } from '../output/table.ts'
import { renderTable } from '../output/table.ts'
import { hookText } from '../../../shared/hook-text.ts'
import { needText } from '../../../shared/need-text.ts'
import { taskText } from '../../../shared/task-text.ts'
import { counted, oneLine } from '../output/text.ts'

/** Jobs of the table a person reads. */
const MAX_SHOWN = 1_000
const MAX_NAME = 50

interface PreviewOptions {
  readonly recursive?: boolean
  readonly recipe?: string
  readonly json?: boolean
  readonly data?: string
}

export function addPreviewCommand(program: Command, host: Host): void {
  program
    .command('preview')
    .summary('show what files would queue, without running anything')
    .description(
      'Reads and checks job files and shows what they would queue. Nothing is queued, nothing runs.',
    )
    .argument('<file...>', 'scripts, job files (.job.yaml, .jsonl, .csv, .commands, …) or folders of them')
    .option('-r, --recursive', 'search folders to the bottom')
    .addOption(recipeOption())
    .option('--data <dir>', 'data directory whose jobs may be needed by their ids (or JOBYARD_DATA)')
    .option('--json', 'print a JSON object with the jobs and the problems')
    .addHelpText(
      'after',
      '\nExits with 0, or with 2 where there are faults.\n\nExample:\n  jobyard preview build.job.yaml',
    )
    .action(async (files: string[], options: PreviewOptions) => {
      const read = await (options.json === true ? previewJson : previewTable)(files, options, host)
      host.exit_code = read.problem_count === 0 ? EXIT.ok : EXIT.bad_input
    })
}

/** Streamed: the jobs of a file of any size pass through. */
async function previewJson(
  files: readonly string[],
  options: PreviewOptions,
  host: Host,
): Promise<JobFilesRead> {
  await host.stdout.write('{"jobs":[')
  let separator = '\n'
  const read = await previewFiles(files, options, host, async (jobs) => {
    for (const job of jobs) {
      await host.stdout.write(`${separator}${JSON.stringify(previewedJobJson(job))}`)
      separator = ',\n'
    }
  })
  const problems = read.problems.map((problem) => `\n${JSON.stringify(problemJson(problem))}`)
  const { left_files } = read
  const left = left_files === undefined ? '' : `,\n"left_files":${JSON.stringify(left_files)}`
  await host.stdout.write(`],\n"problems":[${problems.join(',')}]${left}}\n`)
  return read
}

async function previewTable(
  files: readonly string[],
  options: PreviewOptions,
  host: Host,
): Promise<JobFilesRead> {
  const shown: NewJob[] = []
  const read = await previewFiles(files, options, host, (jobs) => {
    shown.push(...jobs.slice(0, MAX_SHOWN - shown.length))
    return Promise.resolve()
  })
  const columns = host.terminal === null ? null : sizeOf(host.terminal).columns
  if (shown.length > 0) {
    const table = [
      ...TABLE,
      ...(shown.some(({ needs = [] }) => needs.length > 0) ? [needsColumn(shown)] : []),
      RUNS,
      ...(shown.some(({ spec }) => spec.on_finish !== undefined) ? [THEN] : []),
      ...(shown.some(({ spec }) => whenText(spec) !== '') ? [WHEN] : []),
    ]
    for (const line of renderTable(table, shown, columns, host.colors)) await host.stdout.line(line)
  }
  tellLeftFiles(read, new PlainReporter(host))
  if (read.problem_count > 0) {
    tellProblems(read, 'it would not be queued as it is', new PlainReporter(host))
    await tellOffers(read, options, host)
  }
  note(
    host,
    `${counted(read.count, 'job')} would be queued${read.count > shown.length ? `, the first are shown` : ''}`,
  )
  return read
}

function whenText({ at_ms, delay_ms, schedule }: JobSpec): string {
  if (schedule !== undefined) return `${schedule.cron} (${schedule.tz})`
  if (at_ms !== undefined) return `at ${formatTime(at_ms)}`
  return delay_ms === undefined ? '' : `after ${formatDuration(delay_ms)}`
}

function needsColumn(shown: readonly NewJob[]): Column<NewJob> {
  const nameAt = (index: number): string | undefined => shown[index]?.spec.name
  return { title: 'NEEDS', cell: ({ needs = [] }) => oneLine(needText(needs, nameAt)), most: MAX_NAME }
}

/** Only where there is something to say. */
const WHEN: Column<NewJob> = { title: 'WHEN', cell: ({ spec }) => oneLine(whenText(spec)) }

const THEN: Column<NewJob> = {
  title: 'THEN',
  cell: ({ spec }) => (spec.on_finish === undefined ? '' : oneLine(hookText(spec.on_finish))),
  most: MAX_NAME,
}

const TABLE: readonly Column<NewJob>[] = [
  { title: 'NAME', cell: ({ spec }) => oneLine(spec.name), most: MAX_NAME },
  { title: 'KIND', cell: ({ spec }) => spec.task.kind },
  { title: 'GROUP', cell: ({ spec }) => oneLine(spec.group ?? SPEC_DEFAULTS.group), most: MAX_NAME },
]

const RUNS: Column<NewJob> = { title: 'RUNS', cell: ({ spec }) => oneLine(taskText(spec.task)) }
