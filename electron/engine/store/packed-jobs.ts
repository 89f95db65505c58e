/** Jobs on their way to the store's thread, as flat rows. */
import { JOB_KINDS, NEED_CONDITIONS } from '../../../shared/job.ts'
import { UNIQUE_WHILE } from '../../../shared/job-spec.ts'
import type { FlatRows } from './flat-rows.ts'
import { FlatReader, FlatWriter, Words } from './flat-rows.ts'
import type { JobExtras, JobInsert, JobInserts } from './store-records.ts'

export const KINDS = new Words(JOB_KINDS)
const CONDITIONS = new Words(NEED_CONDITIONS)
const UNIQUE_WHILES = new Words(UNIQUE_WHILE)

/** One number for both, because every job has it. */
const HELD = 1
const HAS_EXTRAS = 2

export function packJobs(jobs: JobInserts): FlatRows {
  const flat = new FlatWriter(jobs.length * 8)
  for (const { id, name, kind, group_id, priority, slots, held, due_ms, spec_json, needs, extras } of jobs) {
    flat.number(id).word(KINDS, kind).number(group_id).number(priority).number(slots)
    flat.number((held ? HELD : 0) + (extras === undefined ? 0 : HAS_EXTRAS))
    flat.numberOrNull(due_ms).number(needs.length)
    for (const need of needs) packNeed(flat, need)
    flat.text(name).text(spec_json)
    if (extras !== undefined) packExtras(flat, extras)
  }
  return flat.rows()
}

function packNeed(flat: FlatWriter, { on, condition, label }: JobInsert['needs'][number]): void {
  flat
    .number(on)
    .word(CONDITIONS, condition)
    .flag(label !== undefined)
  if (label !== undefined) flat.text(label)
}

function packExtras(flat: FlatWriter, { timed, unique, hook_if, schedule_id, recurs }: JobExtras): void {
  flat
    .flag(timed)
    .numberOrNull(schedule_id)
    .flag(unique !== null)
    .flag(recurs !== null)
    .flag(hook_if !== null)
  if (unique !== null) flat.word(UNIQUE_WHILES, unique.while).text(unique.key)
  if (recurs !== null) flat.numberOrNull(recurs.next_ms)
  if (hook_if !== null) flat.word(CONDITIONS, hook_if)
}

function unpackExtras(reader: FlatReader): JobExtras {
  const timed = reader.flag()
  const schedule_id = reader.numberOrNull()
  const [isUnique, recursEver, isFollowed] = [reader.flag(), reader.flag(), reader.flag()]
  const unique = isUnique ? { while: reader.word(UNIQUE_WHILES), key: reader.text() } : null
  const recurs = recursEver ? { next_ms: reader.numberOrNull() } : null
  const hook_if = isFollowed ? reader.word(CONDITIONS) : null
  return { timed, unique, hook_if, schedule_id, recurs }
}

/**
 * Read one by one as they are written: a list of them would live as long as the commit, long enough for V8 to take their
 * like for lasting ones and to keep tens of megabytes of them.
 */
export function unpackJobs(flat: FlatRows, length: number): JobInserts {
  return { length, [Symbol.iterator]: () => readJobs(flat) }
}

function* readJobs(flat: FlatRows): IterableIterator<JobInsert> {
  const reader = new FlatReader(flat)
  while (reader.hasMore) {
    const id = reader.number()
    const kind = reader.word(KINDS)
    const group_id = reader.number()
    const priority = reader.number()
    const slots = reader.number()
    const flags = reader.number()
    yield {
      ...{ id, kind, group_id, priority, slots },
      held: (flags & HELD) !== 0,
      due_ms: reader.numberOrNull(),
      needs: unpackNeeds(reader),
      name: reader.text(),
      spec_json: reader.text(),
      extras: (flags & HAS_EXTRAS) === 0 ? undefined : unpackExtras(reader),
    }
  }
}

const NO_NEEDS: JobInsert['needs'] = []

function unpackNeeds(reader: FlatReader): JobInsert['needs'] {
  const count = reader.number()
  if (count === 0) return NO_NEEDS
  return Array.from({ length: count }, () => {
    const need = { on: reader.number(), condition: reader.word(CONDITIONS) }
    return reader.flag() ? { ...need, label: reader.text() } : need
  })
}
