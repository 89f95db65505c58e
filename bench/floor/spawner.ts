/** Spawns /bin/true as often as it is told, one after the other, with both outputs captured; answers how many ended well. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { z } from 'zod'

process.on('message', (raw: unknown) => {
  void runAll(z.number().parse(raw))
})
process.send?.('ready')

async function runAll(count: number): Promise<void> {
  let ended = 0
  for (let index = 0; index < count; index++) {
    if ((await run()) === 0) ended += 1
  }
  process.send?.(ended)
}

function run(): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/true', [], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    const keep = (chunk: Buffer): void => {
      output.push(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', resolve)
  })
}
