import { existsSync } from 'node:fs'
import type { Contender } from './contender.ts'

/** Who is measured, by name. */
export const PLAINJOB: Contender = {
  name: 'plainjob',
  script: new URL('../peers/plainjob-process.ts', import.meta.url),
}
export const BULLMQ: Contender = {
  name: 'bullmq',
  script: new URL('../peers/bullmq-process.ts', import.meta.url),
}
export const FLOOR: Contender = { name: 'floor', script: new URL('../floor/process.ts', import.meta.url) }
export const SPAWNERS: Contender = {
  name: 'floor',
  script: new URL('../floor/spawners-process.ts', import.meta.url),
}
export const CAPTURE: Contender = {
  name: 'floor',
  script: new URL('../floor/capture-process.ts', import.meta.url),
}
export const RAW_INSERT: Contender = {
  name: 'floor',
  script: new URL('../floor/raw-insert-process.ts', import.meta.url),
}

const SUBJECT_SCRIPT = new URL('../subject/process.ts', import.meta.url)

/** Our engine, or null while nothing drives it. */
export function subject(): Contender | null {
  return existsSync(SUBJECT_SCRIPT) ? { name: 'jobyard', script: SUBJECT_SCRIPT } : null
}
