import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatDuration } from '../../../shared/duration.ts'
import type { WatchStatus } from '../../../shared/watch.ts'
import { formatTime } from '../../engine/export/time-text.ts'
import { collectIds, parseAge } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT, note, sizeOf } from '../host.ts'
import type { Column } from '../output/table.ts'
import { renderTable } from '../output/table.ts'
import { counted, formatCount, oneLine } from '../output/text.ts'
import type { OwnerClient } from '../owner-client.ts'
import { withOwnerOf } from '../with-owner.ts'

interface WatchOptions {
  readonly data?: string
  readonly json?: boolean
}

interface AddOptions extends WatchOptions {
  readonly recipe: string
  readonly recursive?: boolean
  /** Milliseconds. */
  readonly settle?: number
}

const MAX_PATH = 60
const DATA = ['--data <dir>', 'data directory (or JOBYARD_DATA)'] as const

/** `watch`: folders whose files become jobs of a recipe. */
export function addWatchCommand(program: Command, host: Host): void {
  const watch = program
    .command('watch')
    .summary('list folders whose files become jobs, or add and remove them')
    .description(
      'Lists the watch folders of a data directory. A file that comes into one, and has stopped growing, is queued once, as if it had been dropped on the recipe.',
    )
    .option('--json', 'print a JSON array')
    .option(...DATA)
    .addHelpText(
      'after',
      '\nExamples:\n  jobyard watch\n  jobyard watch add ~/incoming --recipe transcode\n  jobyard watch off 1',
    )
    .action(async (options: WatchOptions) => {
      host.exit_code = await withOwnerOf(options, host, (client) => list(client, options, host))
    })
  watch
    .command('add')
    .summary('watch a folder')
    .description(
      'Watches a folder, from now on and in every later start. Files that lie there already are queued, too. Whatever comes into the folder runs as the recipe says: watch only folders you trust.',
    )
    .argument('<folder>', 'the folder')
    .requiredOption('--recipe <name>', 'recipe of the data directory that its files are for')
    .option('--recursive', 'folders inside it, too')
    .option('--settle <duration>', 'a file is whole when it has not grown for so long (5s)', parseAge)
    .option(...DATA)
    .action(async (folder: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>()
      host.exit_code = await withOwnerOf(options, host, (client) => add(folder, client, options, host))
    })
  for (const [verb, enabled] of [
    ['off', false],
    ['on', true],
  ] as const) {
    watch
      .command(verb)
      .description(enabled ? 'Looks at folders again.' : 'Keeps watches, and does not look at their folders.')
      .argument('<id...>', 'ids of watches', collectIds)
      .option(...DATA)
      .action(async (ids: number[], _options: unknown, command: Command) => {
        host.exit_code = await withOwnerOf(command.optsWithGlobals<WatchOptions>(), host, (client) =>
          set(ids, enabled, client, host),
        )
      })
  }
  watch
    .command('remove')
    .alias('rm')
    .description('Forgets watches, and what was taken there. The jobs stay.')
    .argument('<id...>', 'ids of watches', collectIds)
    .option(...DATA)
    .action(async (ids: number[], _options: unknown, command: Command) => {
      host.exit_code = await withOwnerOf(command.optsWithGlobals<WatchOptions>(), host, (client) =>
        remove(ids, client, host),
      )
    })
}

async function list(client: OwnerClient, { json = false }: WatchOptions, host: Host): Promise<number> {
  const watches = await client.api('watches:list', {})
  if (json) {
    await host.stdout.line(JSON.stringify(watches.map(watchJson)))
    return EXIT.ok
  }
  if (watches.length === 0) note(host, 'no folder is watched')
  else {
    const columns = host.terminal === null ? null : sizeOf(host.terminal).columns
    for (const line of renderTable(TABLE, watches, columns, host.colors)) await host.stdout.line(line)
  }
  for (const { id, error } of watches) if (error !== null) note(host, `watch ${id}: ${oneLine(error)}`)
  if (watches.length > 0) tellIdle(client, host)
  return EXIT.ok
}

const TABLE: readonly Column<WatchStatus>[] = [
  { title: 'ID', cell: ({ id }) => String(id), align: 'right' },
  { title: 'FOLDER', cell: ({ folder }) => oneLine(folder), most: MAX_PATH },
  { title: 'RECIPE', cell: ({ recipe }) => oneLine(recipe) },
  { title: 'BELOW', cell: ({ recursive }) => (recursive ? 'yes' : 'no') },
  { title: 'SETTLES', cell: ({ settle_ms }) => formatDuration(settle_ms), align: 'right' },
  { title: 'STATE', cell: ({ state }) => state },
  { title: 'TAKEN', cell: ({ taken }) => formatCount(taken), align: 'right' },
  { title: 'GROWING', cell: ({ settling }) => formatCount(settling), align: 'right' },
]

/** An element of `watch --json`. */
function watchJson({ created_ms, ...status }: WatchStatus): Record<string, unknown> {
  return { ...status, created_at: formatTime(created_ms) }
}

function tellIdle(client: OwnerClient, host: Host): void {
  if (!client.is_elsewhere)
    note(host, 'nobody works this queue now: start with jobyard start or jobyard serve')
}

async function add(
  folder: string,
  client: OwnerClient,
  { recipe, recursive = false, settle }: AddOptions,
  host: Host,
): Promise<number> {
  const watch = { folder: resolve(host.cwd, folder), recipe, recursive }
  const { id } = await client.api(
    'watches:add',
    settle === undefined ? watch : { ...watch, settle_ms: settle },
  )
  await host.stdout.line(`watch ${id}: files that come into ${watch.folder} are for ${recipe}`)
  tellIdle(client, host)
  return EXIT.ok
}

async function set(
  ids: readonly number[],
  enabled: boolean,
  client: OwnerClient,
  host: Host,
): Promise<number> {
  let missing = 0
  for (const id of ids) {
    const { count } = await client.api('watches:set', { id, enabled })
    if (count === 0) {
      note(host, `there is no watch ${id} here`)
      missing += 1
    }
  }
  await host.stdout.line(
    `turned ${enabled ? 'on' : 'off'} ${counted(ids.length - missing, 'watch', 'watches')}`,
  )
  return missing === 0 ? EXIT.ok : EXIT.failed
}

async function remove(ids: readonly number[], client: OwnerClient, host: Host): Promise<number> {
  const known = new Set((await client.api('watches:list', {})).map(({ id }) => id))
  const found = ids.filter((id) => known.has(id))
  if (found.length > 0) {
    const { count } = await client.api('watches:remove', { ids: found })
    await host.stdout.line(`removed ${counted(count, 'watch', 'watches')}`)
  }
  for (const id of ids.filter((other) => !known.has(other)).slice(0, 20))
    note(host, `there is no watch ${id} here`)
  return found.length === ids.length ? EXIT.ok : EXIT.failed
}
