/** One of plainjob's worker processes: opens the queue, says that it is ready, works when told. */
import process from 'node:process'
import { defineWorker } from 'plainjob'
import { z } from 'zod'
import noop from '../subject/jobs/noop.mjs'
import { JOB_TYPE, openQueue, settingsSchema, SILENT } from './plainjob-settings.ts'

const inputSchema = z.object({ n: z.number() })
const [file, settings] = z.tuple([z.string(), z.string()]).parse(process.argv.slice(2))
const parsed = settingsSchema.parse(JSON.parse(settings))
const { queue } = openQueue(file, parsed)
const worker = defineWorker(
  JOB_TYPE,
  async (job) => {
    await noop(inputSchema.parse(JSON.parse(job.data)))
  },
  { queue, logger: SILENT, pollIntervall: parsed.poll_ms },
)

process.on('message', () => {
  void worker.start()
})
process.send?.('ready')
