/** What a `FakeYard` answers to each endpoint. */
import type { DropPreview, PreviewJob } from '../../shared/drop.ts'
import { JobyardError } from '../../shared/errors.ts'
import type { Handlers, InputOf, JobVerb } from '../../shared/ipc.ts'
import { isActive, isEnded, isWaiting } from '../../shared/job.ts'
import type { JobSpec } from '../../shared/job-spec.ts'
import type { JobListQuery, JobPage, ListCursor, ListSort } from '../../shared/listing.ts'
import type { Settings } from '../../shared/settings.ts'
import { DEFAULT_SETTINGS } from '../../shared/settings.ts'
import type { ActionOutcome } from '../../shared/status.ts'
import { fakeRecipes } from './fake-recipes.ts'
import type { FakeJob, FakeYard } from './fake-yard.ts'
import { OPEN_STATES } from './fake-yard.ts'

type Undo = () => void

export function fakeHandlers(yard: FakeYard, now: () => number): Handlers {
  const undos = new Map<number, Undo>()
  const drops = new Map<string, DropPreview>()
  let settings: Settings = DEFAULT_SETTINGS
  let drop_count = 0

  const done = (count: number, undo: Undo | null): ActionOutcome => {
    if (undo === null || count === 0) return { count, action_ids: [] }
    const id = undos.size + 1
    undos.set(id, undo)
    return { count, action_ids: [id] }
  }
  const pool = (state: FakeYard['pool']['state']): Promise<FakeYard['pool']> => {
    yard.setPool(state)
    return Promise.resolve(yard.pool)
  }

  return {
    'pool:start': () => pool('running'),
    'pool:pause': () => pool('paused'),
    'pool:resume': () => pool('running'),
    'pool:stop': ({ now: forced }) => {
      if (forced)
        for (const job of yard.active()) yard.to(job, 'interrupted', { cause: 'user', ended_ms: now() })
      return pool('draining')
    },
    'pool:set-concurrency': ({ concurrency }) => {
      yard.setConcurrency(concurrency)
      return Promise.resolve(yard.pool)
    },
    'group:set': ({ name, ...change }) => {
      const known = yard.groups.find((group) => group.name === name)
      const base = known ?? {
        id: yard.groups.length + 1,
        name,
        parallel_limit: null,
        paused: false,
        active: 0,
      }
      const group = { ...base, ...change }
      yard.groups =
        known === undefined
          ? [...yard.groups, group]
          : yard.groups.map((one) => (one === known ? group : one))
      return Promise.resolve(group)
    },
    'worker:recycle': ({ worker_id }) => {
      yard.workers = yard.workers.map((worker) =>
        worker.worker_id === worker_id
          ? {
              ...worker,
              pid: (worker.pid ?? 0) + 500,
              restarts: worker.restarts + 1,
              jobs_done: 0,
              started_ms: now(),
            }
          : worker,
      )
      return Promise.resolve(null)
    },
    'workers:usage': () =>
      Promise.resolve(
        yard.workers.map(({ worker_id, state }) => ({
          worker_id,
          cpu_ms: state === 'busy' ? (now() % 10_000_000) * (0.4 + (worker_id % 5) / 10) : 0,
          memory_bytes: (48 + worker_id * 11) * 1024 * 1024,
        })),
      ),
    'jobs:list': (query) => Promise.resolve(list(yard, query)),
    'jobs:rows': ({ ids }) =>
      Promise.resolve(ids.flatMap((id) => yard.jobs.get(id) ?? []).map((job) => yard.row(job))),
    'jobs:count': ({ filter }) => Promise.resolve({ count: yard.matching(filter).length, more: false }),
    'jobs:act': ({ verb, selection }) => {
      const jobs = yard.selected(selection).filter((job) => applies(verb, job))
      const before = jobs.map((job) => ({ ...job }))
      for (const job of jobs) act(yard, verb, job, now())
      return Promise.resolve(done(jobs.length, canUndo(verb, before) ? restore(yard, before) : null))
    },
    'jobs:move': (input) => Promise.resolve(move(yard, input, done)),
    'jobs:edit': ({ selection, spec, group, priority, priority_by }) => {
      const jobs = yard.selected(selection).filter((job) => isWaiting(job.state))
      for (const job of jobs) {
        Object.assign(job, {
          name: spec?.name ?? job.name,
          group: group ?? spec?.group ?? job.group,
          priority: priority ?? spec?.priority ?? job.priority + (priority_by ?? 0),
        })
        yard.reorder(job)
      }
      return Promise.resolve(done(jobs.length, null))
    },
    'jobs:prune': () => Promise.resolve(done(0, null)),
    'jobs:undo': ({ action_ids }) => {
      for (const id of action_ids) undos.get(id)?.()
      return Promise.resolve(done(action_ids.length, null))
    },
    'jobs:search-output': () => Promise.resolve({ matches: [], next: null }),
    'jobs:export': () => Promise.resolve({ text: '', export_id: null }),
    'job:show': ({ job_id }) => {
      const job = yard.jobs.get(job_id)
      if (job === undefined) return Promise.resolve(null)
      return Promise.resolve({
        ...yard.row(job),
        ...{ spec: specOf(job), attempts: [], submission: null },
        ...{ needs: [], needs_count: 0, dependents: [], dependents_count: 0 },
      })
    },
    'job:log': () => Promise.resolve({ chunks: [], next: '', at_end: true }),
    'drop:preview': ({ source }) => {
      drop_count += 1
      const preview = fakePreview(`drop-${drop_count}`, source, settings)
      drops.set(preview.drop_id, preview)
      return Promise.resolve(preview)
    },
    'drop:submit': ({ drop_id, skip_bad, group, priority, hold }) => {
      const drop = drops.get(drop_id)
      if (drop === undefined) return Promise.reject(new JobyardError('DROP_NOT_FOUND', 'This drop is gone.'))
      if (drop.problem_count > 0 && !skip_bad) {
        return Promise.reject(new JobyardError('DROP_HAS_FAULTS', 'There are faults.'))
      }
      const added = Array.from({ length: drop.count }, (_, at) => {
        const job = drop.jobs[at % drop.jobs.length]
        return yard.add(job?.name ?? `job ${at + 1}`, {
          ...{ group: group ?? job?.group ?? 'default', priority: priority ?? 0 },
          state: hold === true ? 'held' : 'queued',
        })
      })
      const first_id = added[0]?.id ?? 0
      return Promise.resolve({
        submission_id: 2,
        count: added.length,
        first_id,
        last_id: added.at(-1)?.id ?? 0,
      })
    },
    'drop:discard': () => Promise.resolve(null),
    'schedules:list': () => Promise.resolve([]),
    ...fakeRecipes(),
    'when-done:get': () => Promise.resolve({ choice: 'nothing', acts_ms: null, error: null }),
    'when-done:set': ({ choice }) => Promise.resolve({ choice, acts_ms: null, error: null }),
    'when-done:now': () => Promise.resolve({ done: false }),
    'watches:list': () => Promise.resolve([]),
    'watches:add': () => Promise.resolve({ id: 1 }),
    'watches:set': () => Promise.resolve({ count: 1 }),
    'watches:remove': ({ ids }) => Promise.resolve({ count: ids.length }),
    'schedules:remove': () => Promise.resolve({ count: 0 }),
    'settings:get': () => Promise.resolve(settings),
    'settings:set': (change) => {
      settings = { ...settings, ...change }
      return Promise.resolve(settings)
    },
    'history:stats': ({ from_ms, to_ms, buckets }) => {
      const bucket_ms = Math.max(1, Math.round((to_ms - from_ms) / buckets))
      return Promise.resolve({
        bucket_ms,
        buckets: Array.from({ length: buckets }, (_, at) => ({
          from_ms: from_ms + at * bucket_ms,
          ...{ succeeded: 20 + ((at * 13) % 17), failed: (at * 5) % 4, cancelled: at % 7 === 0 ? 2 : 0 },
          ...{ p50_ms: 2_000 + ((at * 370) % 900), p95_ms: 7_000 + ((at * 990) % 4_000) },
        })),
        causes: [
          { cause: 'exit', count: 31 },
          { cause: 'timeout', count: 7 },
        ],
      })
    },
  }
}

function list(yard: FakeYard, { filter, order, limit, before, skip }: JobListQuery): JobPage {
  const all = inOrder(yard, filter, order)
  const from = before === undefined ? 0 : all.findIndex((job) => job.id === before.id) + 1
  // The job of the cursor may be gone from the list: then by its place.
  const start = skip ?? (before !== undefined && from === 0 ? placeBehind(all, before) : from)
  const page = all.slice(start, start + limit)
  const last = page.at(-1)
  const cursorOf = (job: FakeJob | undefined): ListCursor | null =>
    job === undefined
      ? null
      : {
          id: job.id,
          ended_ms: order === 'ended' ? job.ended_ms : null,
          run:
            order === 'run'
              ? { waiting: isWaiting(job.state), priority: job.priority, position: job.position }
              : null,
        }
  return {
    jobs: page.map((job) => yard.row(job)),
    next: start + limit >= all.length ? null : cursorOf(last),
    ...(skip === undefined ? {} : { start: { before: cursorOf(all[start - 1]), total: all.length } }),
  }
}

function inOrder(yard: FakeYard, filter: JobListQuery['filter'], order: JobListQuery['order']): FakeJob[] {
  if (order === 'run') {
    const known = new Set(
      yard.matching({ ...filter, states: filter.states ?? [...OPEN_STATES] }).map((job) => job.id),
    )
    return [...yard.active(), ...yard.waiting()].filter((job) => known.has(job.id))
  }
  const jobs = yard.matching(filter)
  if (order === 'oldest') return jobs
  if (order === 'newest') return jobs.reverse()
  if (order !== 'ended') return sorted(jobs, order)
  return jobs
    .filter((job) => isEnded(job.state) || job.state === 'interrupted')
    .sort((a, b) => b.ended_ms - a.ended_ms || b.id - a.id)
}

function sorted(jobs: readonly FakeJob[], { by, down }: ListSort): FakeJob[] {
  const valueOf = (job: FakeJob): string | number => {
    if (by === 'queued' || by === 'started' || by === 'ended') return job[`${by}_ms`]
    return by === 'duration' ? job.ended_ms - job.started_ms : (job[by] ?? '')
  }
  const sign = down ? -1 : 1
  return [...jobs].sort((a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)]
    return one === other ? sign * (a.id - b.id) : one < other ? -sign : sign
  })
}

function placeBehind(all: readonly FakeJob[], before: NonNullable<JobListQuery['before']>): number {
  const { run } = before
  if (run === undefined || run === null) return all.findIndex((job) => job.id < before.id)
  const at = all.findIndex(
    (job) =>
      isWaiting(job.state) &&
      (job.priority < run.priority || (job.priority === run.priority && job.position > run.position)),
  )
  return at === -1 ? all.length : at
}

function applies(verb: JobVerb, job: FakeJob): boolean {
  switch (verb) {
    case 'cancel':
    case 'cancel-now':
      return isWaiting(job.state) || isActive(job.state) || job.state === 'interrupted'
    case 'hold':
      return isWaiting(job.state) && job.state !== 'held'
    case 'release':
      return job.state === 'held'
    case 'retry':
    case 'clear':
      return isEnded(job.state)
    case 'requeue':
    case 'fail':
      return job.state === 'interrupted'
    case 'suspend':
      return job.state === 'running'
    case 'resume':
      return job.state === 'suspended'
  }
}

function act(yard: FakeYard, verb: JobVerb, job: FakeJob, now_ms: number): void {
  switch (verb) {
    case 'cancel':
    case 'cancel-now':
      if (isActive(job.state)) yard.to(job, 'stopping', { ended_ms: now_ms })
      else yard.to(job, 'cancelled', { cause: 'user', ended_ms: now_ms })
      return
    case 'hold':
      yard.to(job, 'held')
      return
    case 'release':
    case 'retry':
    case 'requeue':
      yard.to(job, 'queued')
      return
    case 'fail':
      yard.to(job, 'failed', { cause: 'user', ended_ms: now_ms })
      return
    case 'suspend':
      yard.to(job, 'suspended')
      return
    case 'resume':
      yard.to(job, 'running')
      return
    case 'clear':
      yard.jobs.delete(job.id)
      yard.reorder(job)
  }
}

function canUndo(verb: JobVerb, before: readonly FakeJob[]): boolean {
  return verb === 'clear' || (verb === 'cancel' && before.some((job) => isWaiting(job.state)))
}

function restore(yard: FakeYard, before: readonly FakeJob[]): Undo {
  return () => {
    for (const old of before) {
      yard.jobs.set(old.id, old)
      yard.reorder(old)
    }
  }
}

function move(
  yard: FakeYard,
  { selection, target }: InputOf<'jobs:move'>,
  done: (count: number, undo: Undo | null) => ActionOutcome,
): ActionOutcome {
  const jobs = yard.selected(selection).filter((job) => isWaiting(job.state))
  const before = jobs.map((job) => ({ ...job }))
  const rest = yard.waiting().filter((job) => !jobs.includes(job))
  const beside = 'job_id' in target ? rest.findIndex((job) => job.id === target.job_id) : -1
  const at = { top: 0, bottom: rest.length, before: beside, after: beside + 1 }[target.to]
  const priority = (rest[at] ?? rest[at - 1])?.priority ?? 0
  const low = rest[at - 1]?.position ?? (rest[at]?.position ?? 0) - 1
  const high = rest[at]?.position ?? low + 1
  for (const [index, job] of jobs.entries()) {
    Object.assign(job, { priority, position: low + ((high - low) * (index + 1)) / (jobs.length + 1) })
    yard.reorder(job)
  }
  return done(jobs.length, restore(yard, before))
}

function specOf(job: FakeJob): JobSpec {
  return {
    name: job.name,
    task: { kind: 'command', argv: ['ffmpeg', '-i', 'in.mov', 'out.mp4'], shell_command: null },
    cwd: '/home/ada/projects/film',
    env: { FFREPORT: 'level=32' },
    ...{
      group: job.group,
      priority: job.priority,
      source: { file: '/home/ada/projects/film/jobs.yaml', line: 4 },
    },
  }
}

/** The name says what is wrong with it: `faults`, `large`, `untrusted`. */
function fakePreview(
  drop_id: string,
  source: InputOf<'drop:preview'>['source'],
  settings: Settings,
): DropPreview {
  const name =
    source.from === 'paths' ? source.paths.join(' ') : source.from === 'text' ? source.text : 'upload'
  const count = name.includes('large') ? 12_000 : 6
  const jobs: PreviewJob[] = Array.from({ length: Math.min(500, count) }, (_, at) => ({
    ...{
      name: `render frame ${at + 1}`,
      kind: 'command',
      runs: `blender -b scene.blend -f ${at + 1} --engine CYCLES`,
    },
    ...{
      cwd: '/home/ada/projects/film',
      group: 'media',
      priority: at === 0 ? 5 : 0,
      needs: at === 3 ? 1 : 0,
    },
    env: at % 2 === 0 ? { OCIO: '/opt/aces/config.ocio', CYCLES_DEVICE: 'CPU' } : {},
    source: { file: '/home/ada/projects/film/frames.jobs.yaml', line: 3 + at * 4 },
    duplicate_of: at === 4 ? 12 : null,
    unique_of: null,
    slots: 1,
    starts_ms: null,
    schedule: null,
  }))
  const folder = '/home/ada/projects/film'
  const has_faults = name.includes('faults')
  return {
    ...{
      drop_id,
      count,
      jobs,
      offers: [],
      recipe_files: [],
      duplicate_count: 1,
      problem_count: has_faults ? 2 : 0,
    },
    untrusted_folders:
      name.includes('untrusted') && !settings.trusted_folders.includes(folder) ? [folder] : [],
    problems: has_faults
      ? [
          {
            ...{ file: `${folder}/frames.jobs.yaml`, line: 31, column: 14, path: 'jobs[7].retry.limit' },
            ...{ code: 'INVALID', message: 'The limit of retries must be a whole number.' },
            ...{ found: '"many"', expected: 'a whole number from 0 to 1,000' },
          },
          {
            ...{ file: `${folder}/frames.jobs.yaml`, line: 38, column: 5, path: 'jobs[8].comand' },
            ...{
              code: 'UNKNOWN_KEY',
              message: 'There is no key “comand”.',
              found: 'comand',
              expected: 'command',
            },
          },
        ]
      : [],
  }
}
