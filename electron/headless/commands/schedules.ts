import type { Command } from 'commander'
import type { ScheduleStatus } from '../../../shared/status.ts'
import { taskText } from '../../../shared/task-text.ts'
import { formatTime, formatTimeOrNull } from '../../engine/export/time-text.ts'
import { collectIds } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT, note, sizeOf } from '../host.ts'
import type { Column } from '../output/table.ts'
import { renderTable } from '../output/table.ts'
import { counted, formatCount, oneLine } from '../output/text.ts'
import type { OwnerClient } from '../owner-client.ts'
import { withOwnerOf } from '../with-owner.ts'

interface ListOptions {
  readonly data?: string
  readonly json?: boolean
}

const MAX_NAME = 50

/** `schedules`: what submits jobs again and again. */
export function addSchedulesCommand(program: Command, host: Host): void {
  const schedules = program
    .command('schedules')
    .summary('list what is queued again and again, or remove it')
    .description(
      'Lists the schedules of a data directory, the next first. They come from job files that say `schedule: { cron: … }`.',
    )
    .option('--json', 'print a JSON array')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExamples:\n  jobyard schedules\n  jobyard schedules remove 12')
    .action(async (options: ListOptions) => {
      host.exit_code = await withOwnerOf(options, host, (client) => list(client, options, host))
    })
  schedules
    .command('remove')
    .summary('remove schedules')
    .description('Removes schedules. The jobs that they have queued stay.')
    .argument('<id...>', 'ids of schedules: 12, or 20-25 for all from 20 to 25', collectIds)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .action(async (ids: number[], _options: unknown, command: Command) => {
      host.exit_code = await withOwnerOf(command.optsWithGlobals<ListOptions>(), host, (client) =>
        remove(ids, client, host),
      )
    })
}

async function list(client: OwnerClient, { json = false }: ListOptions, host: Host): Promise<number> {
  const schedules = await client.api('schedules:list', {})
  if (json) {
    await host.stdout.line(JSON.stringify(schedules.map(scheduleJson)))
    return EXIT.ok
  }
  if (schedules.length === 0) note(host, 'there are no schedules')
  else {
    const columns = host.terminal === null ? null : sizeOf(host.terminal).columns
    for (const line of renderTable(TABLE, schedules, columns, host.colors)) await host.stdout.line(line)
  }
  if (schedules.length > 0 && !client.is_elsewhere)
    note(host, 'nobody works this queue now: start with jobyard start or jobyard serve')
  return EXIT.ok
}

const TABLE: readonly Column<ScheduleStatus>[] = [
  { title: 'ID', cell: ({ id }) => String(id), align: 'right' },
  { title: 'NAME', cell: ({ name }) => oneLine(name), most: MAX_NAME },
  { title: 'CRON', cell: ({ schedule }) => oneLine(schedule.cron), most: MAX_NAME },
  { title: 'ZONE', cell: ({ schedule }) => schedule.tz },
  { title: 'NEXT', cell: ({ next_ms }) => formatTimeOrNull(next_ms) ?? 'never' },
  { title: 'LAST', cell: ({ last_ms }) => formatTimeOrNull(last_ms) ?? '-' },
  {
    title: 'JOB',
    cell: ({ last_job_id }) => (last_job_id === null ? '-' : String(last_job_id)),
    align: 'right',
  },
  { title: 'SKIPPED', cell: ({ skipped }) => formatCount(skipped), align: 'right' },
  { title: 'RUNS', cell: ({ task }) => oneLine(taskText(task)) },
]

/** An element of `schedules --json`. */
function scheduleJson(status: ScheduleStatus): Record<string, unknown> {
  const { id, name, schedule, group, task, created_ms, next_ms, last_ms, last_job_id, skipped } = status
  return {
    ...{ id, name, group, ...schedule },
    created_at: formatTime(created_ms),
    next_at: formatTimeOrNull(next_ms),
    last_at: formatTimeOrNull(last_ms),
    ...{ last_job_id, skipped, task },
  }
}

async function remove(ids: readonly number[], client: OwnerClient, host: Host): Promise<number> {
  const known = new Set((await client.api('schedules:list', {})).map(({ id }) => id))
  const found = ids.filter((id) => known.has(id))
  if (found.length > 0) {
    const { count } = await client.api('schedules:remove', { ids: found })
    await host.stdout.line(`removed ${counted(count, 'schedule')}`)
  }
  for (const id of ids.filter((other) => !known.has(other)).slice(0, 20))
    note(host, `there is no schedule ${id} here`)
  return found.length === ids.length ? EXIT.ok : EXIT.failed
}
