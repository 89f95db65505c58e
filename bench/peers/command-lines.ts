import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { perSecond } from '../harness/stats.ts'

/** `xargs -P2 -n1 /bin/true`, which captures nothing and keeps no record. Answers commands a second. */
export async function xargs(program: string, jobs: number): Promise<number> {
  const took_ms = await timed(program, ['-P2', '-n1', '/bin/true'], jobs)
  return perSecond(jobs, took_ms)
}

/** GNU parallel with a job log, two at a time, output captured as it does by default. Answers commands a second. */
export async function parallel(program: string, directory: string, jobs: number): Promise<number> {
  const log = join(directory, 'joblog.tsv')
  const took_ms = await timed(program, ['--will-cite', '-j2', '--joblog', log, '/bin/true'], jobs)
  const [, ...rows] = readFileSync(log, 'utf8').trimEnd().split('\n')
  const EXIT_COLUMN = 6
  const succeeded = rows.filter((row) => row.split('\t')[EXIT_COLUMN] === '0').length
  if (succeeded !== jobs)
    throw new Error(`GNU parallel logged ${String(succeeded)} of ${String(jobs)} commands`)
  return perSecond(jobs, took_ms)
}

/** Milliseconds from the start of the program, which reads one line for each command, to its end. */
function timed(program: string, args: readonly string[], lines: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - start)
      else reject(new Error(`${program} ended with code ${String(code)}`))
    })
    child.stdin.end(Array.from({ length: lines }, (_, index) => `${String(index)}\n`).join(''))
  })
}
