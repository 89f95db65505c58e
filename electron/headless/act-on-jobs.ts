import { setTimeout as delay } from 'node:timers/promises'
import type { JobState } from '../../shared/job.ts'
import { ENDED_STATES, WAITING_STATES } from '../../shared/job.ts'
import type { JobVerb } from '../../shared/ipc.ts'
import { isActive } from '../../shared/job.ts'
import { MAX_PAGE_JOBS } from '../../shared/listing.ts'
import type { HistoryJob } from '../../shared/status.ts'
import type { Host } from './host.ts'
import { EXIT, note } from './host.ts'
import type { OwnerClient } from './owner-client.ts'
import { oneLine } from './output/text.ts'

/** So long a running job may take to show what it was told. */
const SETTLE_MS = 2_000
const LOOK_EVERY_MS = 20

export interface Verb {
  readonly name: JobVerb
  readonly summary: string
  /** States it applies to. */
  readonly applies: readonly JobState[]
}

/** The verbs on jobs, as they are called on the command line and in the API. */
export const VERBS = {
  cancel: {
    name: 'cancel',
    summary: 'cancel jobs that wait, run or were interrupted',
    applies: [...WAITING_STATES, 'running', 'suspended', 'interrupted'],
  },
  retry: {
    name: 'retry',
    summary: 'run ended jobs again, as a new attempt; jobs skipped because of them are revived',
    applies: [...ENDED_STATES, 'interrupted'],
  },
  hold: {
    name: 'hold',
    summary: 'keep waiting jobs from running',
    applies: WAITING_STATES.filter((state) => state !== 'held'),
  },
  release: { name: 'release', summary: 'let held jobs run', applies: ['held'] },
  requeue: { name: 'requeue', summary: 'let interrupted jobs run again', applies: ['interrupted'] },
  fail: { name: 'fail', summary: 'count interrupted jobs as failed', applies: ['interrupted'] },
  suspend: {
    name: 'suspend',
    summary: 'stop the processes of running jobs without ending them',
    applies: ['running'],
  },
  resume: { name: 'resume', summary: 'let suspended jobs go on', applies: ['suspended'] },
} as const satisfies Readonly<Record<string, Verb>>

/** Carries a verb out on the jobs it applies to, and tells what became of each. */
export async function actOnJobs(
  verb: Verb,
  ids: readonly number[],
  client: OwnerClient,
  host: Host,
): Promise<number> {
  const found = await jobsById(ids, client)
  const before = new Map<number, JobState>()
  for (const id of ids) {
    const row = found.get(id)
    if (row === undefined) note(host, `there is no job ${id} here. See \`jobyard ls\`.`)
    else if (!verb.applies.includes(row.job.state)) note(host, refusal(verb, row))
    else before.set(id, row.job.state)
  }
  if (before.size > 0)
    await client.api('jobs:act', { verb: verb.name, selection: { ids: [...before.keys()] } })
  const after = await settled(before, client)
  let unchanged = 0
  for (const [id, state] of before) {
    const row = after.get(id)
    if (row === undefined) continue
    if (row.job.state === state) {
      unchanged += 1
      note(host, `job ${id} (${oneLine(row.job.name)}) is still ${state}${whyStill(verb, row)}`)
    } else await host.stdout.line(`job ${id} ${oneLine(row.job.name)}: ${state} -> ${row.job.state}`)
  }
  return before.size === ids.length && unchanged === 0 ? EXIT.ok : EXIT.failed
}

/** The jobs once their workers have done what they were told, as far as they do so soon. */
async function settled(
  before: ReadonlyMap<number, JobState>,
  client: OwnerClient,
): Promise<ReadonlyMap<number, HistoryJob>> {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const rows = await jobsById([...before.keys()], client)
    const is_pending = [...rows.values()].some(
      ({ job }) => isActive(job.state) && job.state === before.get(job.id),
    )
    if (!is_pending || performance.now() > deadline) return rows
    await delay(LOOK_EVERY_MS)
  }
}

async function jobsById(
  ids: readonly number[],
  client: OwnerClient,
): Promise<ReadonlyMap<number, HistoryJob>> {
  const rows = new Map<number, HistoryJob>()
  for (let at = 0; at < ids.length; at += MAX_PAGE_JOBS) {
    const page = await client.api('jobs:rows', { ids: ids.slice(at, at + MAX_PAGE_JOBS) })
    for (const row of page) rows.set(row.job.id, row)
  }
  return rows
}

function refusal(verb: Verb, { job: { id, name, state } }: HistoryJob): string {
  const all: readonly Verb[] = Object.values(VERBS)
  const others = all.filter((other) => other.applies.includes(state)).map((other) => other.name)
  const works = others.length === 0 ? 'Nothing does until it has ended.' : `These do: ${others.join(', ')}.`
  return `job ${id} (${oneLine(name)}) is ${state}, ${verb.name} does not apply. ${works}`
}

function whyStill(verb: Verb, { job }: HistoryJob): string {
  if (verb.name === 'suspend' && job.kind === 'module')
    return ': modules run inside a worker and cannot be suspended'
  return ', look again later with `jobyard ls`'
}
