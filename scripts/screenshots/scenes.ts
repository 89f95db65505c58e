import { setTimeout as delay } from 'node:timers/promises'
import type { ApiConnection } from '../../shared/api-client.ts'
import { queueDrop } from '../../tests/e2e/hosts/serve-api.ts'

const LOOK_AGAIN_MS = 100

export interface SceneContext {
  readonly connection: ApiConnection
  /** Where its jobs run. */
  readonly work: string
}

export interface Scene {
  readonly label: string
  readonly history_jobs: number
  /** What happens before the pictures are taken. */
  prepare(context: SceneContext): Promise<void>
}

/** Prints what a video encoder might, and how far it is. */
function encode(name: string, start_percent: number, minutes: number): object {
  const pause_s = (minutes * 60) / 100
  return {
    name,
    group: 'media',
    command: `p=${start_percent}; echo "Input #0, mov, from '${name.replace('encode ', '')}'"; echo "  Stream #0:0: Video: prores, 1920x1080, 25 fps";
      while [ $p -lt 100 ]; do echo "frame=$((p * 75)) fps=61 speed=2.4x"; echo "$p%"; p=$((p + 1)); sleep ${pause_s}; done`,
  }
}

const FILM: readonly object[] = [
  encode('encode scene-04.mov', 62, 9),
  encode('encode scene-05.mov', 17, 14),
  { name: 'check subtitles', command: 'echo 812 lines, 0 overlaps', priority: 5 },
  {
    name: 'fetch music licences',
    command: 'echo "HTTP 503 from the licence server" >&2; exit 22',
    priority: 5,
  },
  { name: 'upload trailer', command: 'sleep 600', hold: true },
  { name: 'encode scene-06.mov', group: 'media', command: 'sleep 600' },
  { name: 'encode scene-07.mov', group: 'media', command: 'sleep 600' },
  { name: 'master', command: 'sleep 600', group: 'media' },
  { name: 'make screeners', command: 'sleep 600', needs: ['master'] },
  { name: 'tell the team', command: 'sleep 600', needs: ['master'], delay: '4h' },
]

async function queue(
  connection: ApiConnection,
  work: string,
  name: string,
  jobs: readonly object[],
): Promise<void> {
  const text = JSON.stringify({ version: 1, defaults: { cwd: work }, jobs })
  await queueDrop(connection, { from: 'text', name, text })
}

/** Until so many jobs are in that state. */
async function until(connection: ApiConnection, state: 'running' | 'failed', count: number): Promise<void> {
  for (;;) {
    const found = await connection.call('jobs:count', { filter: { states: [state] } })
    if (found.count >= count) return
    await delay(LOOK_AGAIN_MS)
  }
}

async function film({ connection, work }: SceneContext): Promise<void> {
  await connection.call('pool:set-concurrency', { concurrency: 4 })
  await connection.call('group:set', { name: 'media', parallel_limit: 2 })
  const { count } = await connection.call('jobs:count', { filter: { states: ['failed'] } })
  await queue(connection, work, 'film.job.json', FILM)
  await until(connection, 'running', 2)
  await until(connection, 'failed', count + 1)
}

export const SCENES: readonly Scene[] = [
  { label: 'none', history_jobs: 0, prepare: () => Promise.resolve() },
  { label: 'ten', history_jobs: 0, prepare: film },
  {
    label: 'many',
    history_jobs: 100_000,
    async prepare(context) {
      await film(context)
      const clips = Array.from({ length: 2_400 }, (_none, n) => ({
        name: `transcode clip-${String(n).padStart(4, '0')}.mov`,
        group: 'media',
        command: 'sleep 90',
      }))
      await queue(context.connection, context.work, 'clips.job.json', clips)
    },
  },
]
