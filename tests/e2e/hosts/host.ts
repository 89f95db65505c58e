import type { Page } from '@playwright/test'
import type { HostName } from './host-names.ts'

/** A program around the engine, with its page, for one spec. */
export interface Host {
  readonly name: HostName
  readonly page: Page
  /** Ends it, as a person would (`quit`) or as a crash does (`kill`), and resolves when its process is gone. */
  end(how: 'quit' | 'kill'): Promise<void>
  /** Starts it again on the same data and, where it has one, the same port. The page is as it was left. */
  startAgain(): Promise<void>
  /** What a person does to get to the app again: opens the new link, or has the new window. */
  openAgain(): Promise<Page>
  /** Of the process that owns the engine. */
  pid(): number
  close(): Promise<void>
}

export interface HostSurroundings {
  /** Job files of the spec, its data directory (`data`) and its home. */
  readonly folder: string
  readonly data: string
}
