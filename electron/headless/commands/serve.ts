import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { JobyardError } from '../../../shared/errors.ts'
import { resolveDataDir } from '../../engine/store/data-dir.ts'
import { parseConcurrency, parsePort } from '../arguments.ts'
import type { Host } from '../host.ts'
import { EXIT } from '../host.ts'
import { addFiles } from '../job-files.ts'
import { openInBrowser } from '../open-browser.ts'
import type { WebHost, WebHostOptions } from '../web/web-host.ts'
import { withDoors } from '../with-doors.ts'
import type { Work } from '../work.ts'
import { withWork } from '../work.ts'

interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly concurrency?: number
  readonly data?: string
  readonly recursive?: boolean
  readonly skipBad?: boolean
  readonly open?: boolean
  readonly json?: boolean
}

const HELP = `
The link holds a token: whoever has it can run anything as you. It is made anew at each start.

To watch a build machine from your own, serve there and open a tunnel here, then the printed link:
  ssh -L 7788:127.0.0.1:7788 build.example.org jobyard serve --port 7788

Ctrl-C lets running jobs finish and starts no more, a second Ctrl-C stops them (so do SIGTERM and SIGHUP), a third
kills them, a fourth leaves without waiting. What is left stays queued for the next start.

Exits with 0, or with 128 + the signal's number where running jobs were stopped.

Examples:
  jobyard serve
  jobyard serve --host build.example.org --port 7788 --tls-cert cert.pem --tls-key key.pem`

export function addServeCommand(program: Command, host: Host): void {
  program
    .command('serve')
    .summary('work the queue of a data directory and show it in the browser')
    .description(
      'Owns the data directory, works its queue, and serves the app to the browser by a link it prints.',
    )
    .argument('[file...]', 'job files to add first')
    .option('--host <name>', 'name or address to serve under; others than this machine need TLS', '127.0.0.1')
    .option('--port <n>', 'port (0: any that is free)', parsePort, 0)
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('-c, --concurrency <n>', 'jobs at once (default: one a core)', parseConcurrency)
    .option('--data <dir>', 'data directory (or JOBYARD_DATA)')
    .option('-r, --recursive', 'search folders to the bottom')
    .option('--skip-bad', 'add the good jobs where others have faults')
    .option('--open', 'open it in the browser, where there is one')
    .option('--json', 'print one JSON object, {"url":…,"pid":…}, when it is ready')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ServeOptions) => {
      host.exit_code = await serve(files, options, host)
    })
}

function serve(files: readonly string[], options: ServeOptions, host: Host): Promise<number> {
  const { renderer } = host.entries
  if (!existsSync(join(renderer, 'index.html')))
    throw new JobyardError(
      'NOT_BUILT',
      `The page is not built: there is none in ${renderer}. Run \`npm run build\`.`,
    )
  const tls = readTls(options, host.cwd)
  const work_options = {
    host,
    data_dir: resolveDataDir(options.data),
    concurrency: options.concurrency,
    owner_host: 'serve' as const,
    own_jobs_only: false,
    // The browser shows what happens.
    output: 'notes' as const,
  }
  return withWork(work_options, (work) =>
    withDoors(host, work, async (api) => {
      // Loaded here only: the other commands start faster and stay smaller without servers.
      const [{ openWebHost }, { Uploads }, { keptSecret }] = await Promise.all([
        import('../web/web-host.ts'),
        import('../web/uploads.ts'),
        import('../web/kept-secret.ts'),
      ])
      const secret = await keptSecret(work.owned.paths.dir)
      const uploads = new Uploads(work.owned.paths.uploads)
      const web = await openWebHost({ ...options, tls, renderer_dir: renderer, secret, uploads, api })
      try {
        return await workAndServe(files, options, web, work, host)
      } finally {
        await web.close()
      }
    }),
  )
}

async function workAndServe(
  files: readonly string[],
  options: ServeOptions,
  web: WebHost,
  work: Work,
  host: Host,
): Promise<number> {
  const exit_code = files.length === 0 ? null : await addFiles(files, options, work, host)
  if (exit_code !== null) return exit_code
  await work.start(false)
  await tellReady(options, web, work, host)
  await aborted(work.over)
  await work.drain()
  const { exit_code: interrupted, step } = work.interrupts
  return step === 'drain' ? EXIT.ok : (interrupted ?? EXIT.ok)
}

async function tellReady(options: ServeOptions, web: WebHost, work: Work, host: Host): Promise<void> {
  if (options.json === true) await host.stdout.line(JSON.stringify({ url: web.url, pid: process.pid }))
  else await host.stdout.line(`Jobyard works ${work.owned.paths.dir}. Open ${web.url}`)
  if (options.open === true && !(await openInBrowser(web.urlOnce())))
    work.reporter.note(
      'no browser could be opened here: open the link yourself, from elsewhere through an SSH tunnel',
    )
}

/** @throws JobyardError INVALID_ARGUMENT */
function readTls({ tlsCert, tlsKey }: ServeOptions, cwd: string): WebHostOptions['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return null
  if (tlsCert === undefined || tlsKey === undefined)
    throw new JobyardError('INVALID_ARGUMENT', '--tls-cert and --tls-key are given together.')
  return { cert: readPem(resolve(cwd, tlsCert)), key: readPem(resolve(cwd, tlsKey)) }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new JobyardError('INVALID_ARGUMENT', `${file} cannot be read (${why}).`, { cause: error })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else
      signal.addEventListener('abort', () => {
        resolve()
      })
  })
}
