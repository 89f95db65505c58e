import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const WAIT_MS = 15_000

/** A folder of job files, and of what the jobs write. */
export class JobFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true })
  }

  /** @returns its path */
  write(name: string, content: string | object): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    return path
  }

  /** A job file (JSON) of these jobs. */
  writeJobs(name: string, ...jobs: readonly object[]): string {
    return this.write(name, { version: 1, jobs: jobs.map((job) => ({ cwd: this.path, ...job })) })
  }

  /** A job that waits, when it has started, until it is let go on (by `letGo`). */
  gated(name: string): { readonly name: string; readonly command: string } {
    return {
      name,
      command: `echo ${name} waits; touch ${name}.started; while [ ! -e ${name}.go ]; do sleep 0.05; done; echo ${name} went on`,
    }
  }

  letGo(...names: readonly string[]): void {
    for (const name of names) this.write(`${name}.go`, '')
  }

  started(name: string): Promise<void> {
    return this.appears(`${name}.started`)
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8')
  }

  has(name: string): boolean {
    return existsSync(join(this.path, name))
  }

  /** Resolves when the file is there. */
  async appears(name: string): Promise<void> {
    const watcher = watch(this.path)
    const patience = AbortSignal.timeout(WAIT_MS)
    try {
      while (!this.has(name)) {
        await new Promise<void>((resolve, reject) => {
          watcher.once('change', () => {
            resolve()
          })
          patience.addEventListener('abort', () => {
            reject(new Error(`${name} did not appear.`))
          })
        })
      }
    } finally {
      watcher.close()
    }
  }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
