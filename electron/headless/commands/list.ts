import type { JobPage } from '../../../shared/listing.ts'
import type { HistoryJob } from '../../../shared/status.ts'
import type { Command } from 'commander'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import type { History } from '../../engine/store/history.ts'
import { openHistory } from '../../engine/store/history.ts'
import { parseLimit } from '../arguments.ts'
import type { FilterOptions } from '../filter-options.ts'
import { addFilterOptions, toFilter } from '../filter-options.ts'
import type { Host } from '../host.ts'
import { EXIT, note, sizeOf } from '../host.ts'
import { listedJobJson } from '../../engine/export/job-json.ts'
import { detailsText, paintState, runTimeText } from '../output/state-text.ts'
import type { Column } from '../output/table.ts'
import { renderTable } from '../output/table.ts'
import { formatCount, oneLine } from '../output/text.ts'

/** Of a table that a person reads. */
const DEFAULT_LIMIT = 100
const PAGE_JOBS = 1_000
const MAX_NAME = 50

interface ListOptions extends FilterOptions {
  readonly limit?: number
  readonly data?: string
  readonly json?: boolean
}

export function addListCommand(program: Command, host: Host): void {
  const command = program
    .command('ls')
    .summary('list jobs, the newest first')
    .description('Lists jobs, the newest first. Reads only, also while somebody else works the queue.')
  addFilterOptions(command)
    .option('--limit <n>', `at most so many (default: ${DEFAULT_LIMIT}, all with --json)`, parseLimit)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .option('--json', 'print an array of JSON objects')
    .addHelpText('after', '\nExample:\n  jobyard ls --state failed,interrupted')
    .action(async (options: ListOptions) => {
      const history = openHistory(resolveDataDir(options.data))
      try {
        if (options.json === true) await listJson(history, options, host)
        else await listTable(history, options, host)
      } finally {
        history.close()
      }
      host.exit_code = EXIT.ok
    })
}

function* pages(history: History, options: ListOptions, most: number): Generator<JobPage, void, undefined> {
  const filter = toFilter(options)
  let left = most
  let before: JobPage['next'] = null
  do {
    const page = history.list({
      filter,
      order: 'newest',
      limit: Math.min(PAGE_JOBS, left),
      before: before ?? undefined,
    })
    yield page
    left -= page.jobs.length
    before = page.next
  } while (before !== null && left > 0)
}

async function listJson(history: History, options: ListOptions, host: Host): Promise<void> {
  let separator = '[\n'
  for (const { jobs } of pages(history, options, options.limit ?? Infinity)) {
    for (const job of jobs) {
      if (!(await host.stdout.write(`${separator}${JSON.stringify(listedJobJson(job))}`))) return
      separator = ',\n'
    }
  }
  await host.stdout.write(separator === '[\n' ? '[]\n' : '\n]\n')
}

async function listTable(history: History, options: ListOptions, host: Host): Promise<void> {
  const jobs: HistoryJob[] = []
  let more = false
  for (const page of pages(history, options, options.limit ?? DEFAULT_LIMIT)) {
    jobs.push(...page.jobs)
    more = page.next !== null
  }
  if (jobs.length === 0) {
    note(host, 'there are no such jobs')
    return
  }
  const columns = host.terminal === null ? null : sizeOf(host.terminal).columns
  for (const line of renderTable(tableShape(Date.now(), host), jobs, columns, host.colors)) {
    if (!(await host.stdout.line(line))) return
  }
  if (more && options.limit === undefined)
    note(host, `only the newest ${formatCount(jobs.length)} are shown, --limit shows more`)
}

function tableShape(now_ms: number, host: Host): Column<HistoryJob>[] {
  return [
    { title: 'ID', align: 'right', cell: ({ job }) => String(job.id) },
    {
      title: 'STATE',
      cell: ({ job }) => job.state,
      paint: (text, { job }) => paintState(text, job.state, host.colors),
    },
    { title: 'NAME', cell: ({ job }) => oneLine(job.name), most: MAX_NAME },
    { title: 'GROUP', cell: ({ job }) => oneLine(job.group), most: MAX_NAME },
    { title: 'ATTEMPTS', align: 'right', cell: ({ job }) => String(job.attempts) },
    { title: 'TIME', align: 'right', cell: ({ job }) => runTimeText(job, now_ms) },
    { title: 'DETAILS', cell: (row) => detailsText(row, now_ms) },
  ]
}
