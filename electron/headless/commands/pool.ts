import type { Command } from 'commander'
import { hasCode, JobyardError } from '../../../shared/errors.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { actOnJobs, VERBS } from '../act-on-jobs.ts'
import { collectIds } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT, note } from '../host.ts'
import type { OwnerClient } from '../owner-client.ts'
import { counted, oneLine } from '../output/text.ts'
import { withOwnerOf, withRunningOwner } from '../with-owner.ts'

interface DataOption {
  readonly data?: string
}

interface ResumeOptions extends DataOption {
  readonly group?: string
}

/** What is the pool's: pause, resume and stop. */
export function addPoolCommands(program: Command, host: Host): void {
  addPause(program, host)
  addResume(program, host)
  addStop(program, host)
}

function addPause(program: Command, host: Host): void {
  program
    .command('pause')
    .summary('let no further jobs start')
    .description(
      'Pauses the queue, or one group of it: what runs goes on, nothing else starts. Lasts until it is resumed.',
    )
    .argument('[group]', 'only this group')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExamples:\n  jobyard pause\n  jobyard pause nightly')
    .action(async (group: string | undefined, options: DataOption) => {
      host.exit_code = await withOwnerOf(options, host, (client) =>
        group === undefined ? pauseQueue(client, host) : pauseGroup(group, true, client, host),
      )
    })
}

function addResume(program: Command, host: Host): void {
  program
    .command('resume')
    .summary('let the queue, a group or suspended jobs go on')
    .description(
      'Ends the pause of the queue, of one group, or of suspended jobs. Starts a pool that was stopped.',
    )
    .argument('[id...]', 'ids of suspended jobs: 12, or 20-25 for all from 20 to 25', collectIds)
    .option('--group <name>', 'this group instead of the whole queue')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText(
      'after',
      '\nExamples:\n  jobyard resume\n  jobyard resume --group nightly\n  jobyard resume 12',
    )
    .action(async (ids: number[], { group, ...options }: ResumeOptions) => {
      if (group !== undefined && ids.length > 0)
        throw new JobyardError('INVALID_ARGUMENT', 'Name jobs or a group, not both.')
      host.exit_code = await withOwnerOf(options, host, (client) => {
        if (ids.length > 0) return actOnJobs(VERBS.resume, ids, client, host)
        return group === undefined ? resumeQueue(client, host) : pauseGroup(group, false, client, host)
      })
    })
}

function addStop(program: Command, host: Host): void {
  program
    .command('stop')
    .summary('stop the Jobyard that works the queue')
    .description(
      'Lets no further jobs start and waits until those that run are through. `jobyard start` then exits; in the app and in `jobyard serve` the pool rests until it is resumed.',
    )
    .option('--now', 'stop what runs, too')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExample:\n  jobyard stop --now')
    .action(async ({ now = false, data }: DataOption & { readonly now?: boolean }) => {
      host.exit_code = await withRunningOwner(resolveDataDir(data), 'stop', (client) =>
        stop(now, client, host),
      )
    })
}

async function pauseQueue(client: OwnerClient, host: Host): Promise<number> {
  const { active } = await client.api('pool:pause', {})
  const rest = active === 0 ? '' : `, still running: ${counted(active, 'job')}`
  await host.stdout.line(`the queue is paused${rest}`)
  return EXIT.ok
}

async function resumeQueue(client: OwnerClient, host: Host): Promise<number> {
  const { state } = await client.api('pool:resume', {})
  if (client.is_elsewhere && state === 'stopped') await client.api('pool:start', {})
  await host.stdout.line('the queue is resumed')
  if (!client.is_elsewhere)
    note(host, 'nobody works this queue now: start with jobyard start or jobyard serve')
  return EXIT.ok
}

/** @throws JobyardError GROUP_NOT_FOUND: a name with a slip of the pen would become a group of its own */
async function pauseGroup(name: string, paused: boolean, client: OwnerClient, host: Host): Promise<number> {
  const { groups } = await client.yard()
  if (!groups.some((group) => group.name === name)) {
    const names = groups.map((group) => oneLine(group.name)).join(', ')
    throw new JobyardError('GROUP_NOT_FOUND', `There is no group "${oneLine(name)}". There are: ${names}.`)
  }
  await client.api('group:set', { name, paused })
  await host.stdout.line(`the group ${oneLine(name)} is ${paused ? 'paused' : 'resumed'}`)
  return EXIT.ok
}

async function stop(now: boolean, client: OwnerClient, host: Host): Promise<number> {
  const { pool } = await client.yard()
  if (pool.active > 0)
    note(host, now ? `stopping ${counted(pool.active, 'job')}` : `waiting for ${counted(pool.active, 'job')}`)
  try {
    await client.api('pool:stop', { now })
    for (;;) {
      const news = client.news()
      if ((await client.yard()).pool.state === 'stopped') break
      await news
    }
  } catch (error) {
    // It ends by itself when it has stopped.
    if (!hasCode(error, 'OWNER_LOST')) throw error
  }
  await host.stdout.line('stopped')
  return EXIT.ok
}
