/**
 * `node scripts/try-packed-command.ts PROGRAM`: runs a job by the command line that lies in a packed app, as it is installed.
 * @param PROGRAM the app's own: linux-unpacked/jobyard, Jobyard.app/Contents/MacOS/Jobyard or Jobyard.exe
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const [program] = process.argv.slice(2)
if (program === undefined) throw new Error('Which app? Name its program.')
const beside = dirname(resolve(program))
const launcher = {
  darwin: join(beside, '../Resources/bin/jobyard'),
  win32: join(beside, 'resources/bin/jobyard.cmd'),
}[process.platform as string]

const folder = mkdtempSync(join(tmpdir(), 'jobyard-try-'))
try {
  // Node runs on every machine that runs this.
  const command = [process.execPath, '-e', "require('fs').writeFileSync('said', 'hello')"]
  writeFileSync(join(folder, 'try.jobyard'), JSON.stringify({ name: 'try', command }))
  const { status } = spawnSync(
    launcher ?? join(beside, 'resources/bin/jobyard'),
    ['run', 'try.jobyard', '--data', 'data'],
    // Windows runs batch files by their interpreter only.
    { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' },
  )
  const said = readFileSync(join(folder, 'said'), 'utf8')
  if (status !== 0 || said !== 'hello') throw new Error(`It ended with ${String(status)}, and said ${said}.`)
  console.log('the packed command line ran a job')
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
