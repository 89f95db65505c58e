import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { JobyardError } from '../../../shared/errors.ts'
import type { Attempt } from '../../../shared/job.ts'
import { isEnded } from '../../../shared/job.ts'
import type { LogStream } from '../../../shared/log-format.ts'
import { dataPaths, resolveDataDir } from '../../engine/store/data-dir.ts'
import type { ReadLogOptions } from '../../engine/store/log-store.ts'
import { readLog } from '../../engine/store/log-store.ts'
import { parseAttempt, parseId } from '../arguments.ts'
import { findJob } from '../find-job.ts'
import type { Host } from '../host.ts'
import { EXIT, note } from '../host.ts'
import type { OwnerClient } from '../owner-client.ts'
import { reachOwner } from '../owner-client.ts'

/** News come up to 60 times a second; each look is a question. */
const LOOK_EVERY_MS = 100

interface LogOptions {
  readonly attempt?: number
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly follow?: boolean
  readonly data?: string
}

export function addLogCommand(program: Command, host: Host): void {
  program
    .command('log')
    .summary('print what a job printed')
    .description(
      'Prints what the last attempt of a job printed, stdout and stderr in the order of arrival, byte by byte. ' +
        'Reads only, also while somebody else works the queue.',
    )
    .argument('<id>', 'id of the job', parseId)
    .option('--attempt <n>', 'another attempt than the last (1 is the first)', parseAttempt)
    .option('--stdout', 'only what it printed to stdout')
    .option('--stderr', 'only what it printed to stderr')
    .option('-f, --follow', 'go on as it prints more, until it has ended')
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .addHelpText('after', '\nExamples:\n  jobyard log 12 --stderr\n  jobyard log 12 --follow')
    .action(async (id: number, options: LogOptions) => {
      const data_dir = resolveDataDir(options.data)
      // Without an owner nothing can print more.
      const client = options.follow === true ? await reachOwner(data_dir) : null
      try {
        if (client === null) await printLog(id, data_dir, options, host)
        else await followLog(id, data_dir, options, client, host)
      } finally {
        client?.close()
      }
      host.exit_code = EXIT.ok
    })
}

async function printLog(id: number, data_dir: string, options: LogOptions, host: Host): Promise<void> {
  const attempt = chooseAttempt(id, findJob(data_dir, id).attempts, options.attempt)
  await printAttempt(attempt, data_dir, options, host, {})
}

/** Prints an attempt, and the next ones of the job as they come, until the job has ended. */
async function followLog(
  id: number,
  data_dir: string,
  options: LogOptions,
  client: OwnerClient,
  host: Host,
): Promise<void> {
  await client.yard()
  let printed = 0
  let is_told = false
  for (;;) {
    const news = client.news()
    const { job, attempts } = findJob(data_dir, id)
    const attempt =
      options.attempt === undefined
        ? attempts.find(({ number }) => number > printed && (printed > 0 || number === attempts.length))
        : chooseAttempt(id, attempts, options.attempt)
    if (attempt !== undefined) {
      const ended = whenEnded(attempt.id, id, client)
      await printAttempt(attempt, data_dir, options, host, { follow: { ended } })
      printed = attempt.number
      if (options.attempt !== undefined || host.stdout.gone) return
    } else if (isEnded(job.state) || job.state === 'interrupted') return
    else {
      if (!is_told)
        note(host, `job ${id} is ${job.state}, waiting for its ${printed === 0 ? 'start' : 'next attempt'}`)
      is_told = true
      await news
    }
  }
}

/** Resolves when nothing more comes of an attempt. */
async function whenEnded(attempt_id: number, job_id: number, client: OwnerClient): Promise<void> {
  for (;;) {
    const news = client.news()
    const details = await client.api('job:show', { job_id })
    const attempt = details?.attempts.find(({ id }) => id === attempt_id)
    if (attempt?.ended_ms !== null) return
    await news
    await delay(LOOK_EVERY_MS)
  }
}

async function printAttempt(
  attempt: Attempt,
  data_dir: string,
  options: LogOptions,
  host: Host,
  more: Pick<ReadLogOptions, 'follow'>,
): Promise<void> {
  const streams = chosenStreams(options)
  const { logs } = dataPaths(data_dir)
  const wanted = streams === null ? { summary: attempt.log } : { streams: [...streams, 'note' as const] }
  for await (const { stream, bytes } of readLog(logs, attempt.id, { ...wanted, ...more })) {
    // A remark of ours (where output was cut) must not get into what is piped on.
    if (stream === 'note') await host.stderr.write(bytes)
    else if (!(await host.stdout.write(bytes))) return
  }
}

function chosenStreams({ stdout = false, stderr = false }: LogOptions): LogStream[] | null {
  if (stdout === stderr) return null
  return [stdout ? 'stdout' : 'stderr']
}

/** @throws JobyardError WRONG_STATE where the job has not run, INVALID_ARGUMENT where it has no attempt of that number */
function chooseAttempt(id: number, attempts: readonly Attempt[], number: number | undefined): Attempt {
  const last = attempts.at(-1)
  if (last === undefined) {
    throw new JobyardError(
      'WRONG_STATE',
      `Job ${id} has printed nothing: no attempt of it was started. See \`jobyard show ${id}\`.`,
    )
  }
  const chosen = number === undefined ? last : attempts.find((attempt) => attempt.number === number)
  if (chosen !== undefined) return chosen
  throw new JobyardError(
    'INVALID_ARGUMENT',
    `Job ${id} has no attempt ${number ?? 0}. Its last is ${last.number}.`,
  )
}
