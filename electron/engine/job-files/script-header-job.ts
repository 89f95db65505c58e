import { basename, dirname } from 'node:path'
import { quickJobEntry } from './quick-schema.ts'
import type { NewJob } from '../../../shared/job-spec.ts'
import type { DocumentContext } from './document.ts'
import { FileFault } from './file-fault.ts'
import { oneLine, toSpec } from './normalise.ts'
import { parseJob } from './row-keys.ts'
import { FaultCounter } from './problem-list.ts'
import { parseHeader, placeInScript, settingsIn } from './script-header.ts'
import type { ScriptHeader } from './script-header.ts'
import type { StoredScript } from './scripts.ts'
import type { OnFault, RawFault } from './source.ts'
import type { SpecPath } from './spec-path.ts'
import { isSweep, Sweep } from './sweep.ts'
import { SweepNames } from './sweep-names.ts'
import { checkWritten } from './written.ts'

/** The spec of a script is mostly paths. */
/** What a header cannot say: the script is what runs, and there is no other job beside it. */
const NOT_IN_HEADERS = ['command', 'script', 'module', 'with', 'needs'] as const

/** Reads a dropped script: one job, or as many as its header makes of it. */
export async function readScript(path: string, context: DocumentContext): Promise<void> {
  const { targets, batches, problems } = context
  const script = targets.script(path)
  if (script instanceof FileFault) {
    problems.addFileFault(path, script)
    return
  }
  const { header } = script
  if (header === null) {
    batches.add(bareJob(path, script))
  } else if ('message' in header) {
    const { code, line, message } = header
    problems.add([{ file: path, line, column: 1, path: '', code, message }])
  } else {
    await readHeader(path, script, header, context)
  }
}

function bareJob(path: string, { sha256, interpreter }: StoredScript): NewJob {
  return {
    spec: {
      name: oneLine(basename(path)),
      task: { kind: 'script', sha256, original_path: path, interpreter: [...interpreter], args: [] },
      cwd: dirname(path),
      source: { file: path },
    },
  }
}

async function readHeader(
  path: string,
  script: StoredScript,
  header: ScriptHeader,
  context: DocumentContext,
): Promise<void> {
  const { batches, problems } = context
  const faults = new FaultCounter<RawFault>()
  const onFault: OnFault = (make) => {
    faults.add(make)
  }
  const parsed = parseHeader(header, onFault)
  const settings = parsed === null ? null : settingsIn(parsed.value, header.path, onFault)
  if (parsed !== null && settings === null && faults.count === 0) batches.add(bareJob(path, script))
  if (parsed !== null && settings !== null) {
    checkWritten(settings, header.path, parsed.writtenAs, onFault)
    const jobs = jobsOf(path, header, settings, context, onFault)
    // Whatever is wrong with the header as a whole is known before its first job is made.
    if (faults.count === 0) {
      for (const job of jobs) {
        batches.add(job)
        if (batches.isFull) await batches.flush()
      }
    }
  }
  problems.add(placeInScript(path, header, faults.kept, parsed), faults.more)
}

/** What is wrong with all of them is told at once; each is made when it is asked for. */
function jobsOf(
  path: string,
  header: ScriptHeader,
  settings: Record<string, unknown>,
  context: DocumentContext,
  onFault: OnFault,
): Iterable<NewJob> {
  const { targets, env } = context
  for (const key of NOT_IN_HEADERS) {
    if (!Object.hasOwn(settings, key)) continue
    const message = `The header of a script cannot say ${key}: the script itself is the job. Write a job file that runs it.`
    onFault(() => ({ code: 'CONFLICT', path: [...header.path, key], at: 'key', message }))
  }
  const job = Object.fromEntries(
    Object.entries(settings).filter(([key]) => !NOT_IN_HEADERS.some((other) => other === key)),
  )
  const root = nested(header.path, { ...job, script: path })
  const entry = parseJob(quickJobEntry, { root, prefix: header.path, keys: 'job' }, onFault)
  if (entry === null) return []
  const at = { file: path, folder: dirname(path), line: header.line, path: header.path, defaults: {} }
  const specs = { ...at, targets, env, onFault }
  if (!isSweep(entry)) {
    const spec = toSpec(entry, specs)
    return spec === null ? [] : [{ spec }]
  }
  const sweep = Sweep.of(entry, specs)
  if (sweep === null) return []
  return sweepJobs(sweep, context, onFault)
}

function* sweepJobs(sweep: Sweep, { batches }: DocumentContext, onFault: OnFault): Generator<NewJob, void> {
  const first = batches.count
  const rules = sweep.rules(first)
  for (const spec of sweep.specs(first, new SweepNames(), onFault, batches.wanted)) {
    yield rules === null ? { spec } : { spec, sweep: rules }
  }
}

function nested(path: SpecPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value)
}
