/**
 * The parts of the peers that are used here. Their packages are installed for a measurement only
 * (`npm ci --prefix bench`), but the types of this room are checked everywhere.
 */
declare module 'plainjob' {
  import type Database from 'better-sqlite3'

  interface Logger {
    error(message: string): void
    warn(message: string): void
    info(message: string): void
    debug(message: string): void
  }
  interface Connection {
    readonly driver: string
  }
  interface Queue {
    addMany(type: string, data: readonly unknown[]): { ids: number[] }
    close(): void
  }
  interface Worker {
    start(): Promise<void>
    stop(): Promise<void>
  }
  export function better(database: Database.Database): Connection
  export function defineQueue(options: { connection: Connection; logger?: Logger }): Queue
  export function defineWorker(
    type: string,
    processor: (job: { id: number; data: string }) => Promise<void>,
    options: { queue: Queue; logger?: Logger; pollIntervall?: number },
  ): Worker
}

declare module 'bullmq' {
  interface ConnectionOptions {
    host?: string
    port?: number
    path?: string
    maxRetriesPerRequest?: null
  }
  export interface Job {
    readonly id?: string
    readonly data: unknown
  }
  export class Queue {
    constructor(
      name: string,
      options: { connection: ConnectionOptions; defaultJobOptions?: { removeOnComplete?: boolean } },
    )
    add(name: string, data: unknown): Promise<Job>
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
  export class Worker {
    constructor(
      name: string,
      processor: (job: Job) => Promise<unknown>,
      options: { connection: ConnectionOptions; concurrency?: number },
    )
    on(event: 'completed', listener: (job: Job, result: unknown) => void): this
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
}
