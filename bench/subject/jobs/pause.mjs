import { setTimeout as delay } from 'node:timers/promises'

/** A module job that takes so many milliseconds and nothing else, so that jobs start and end all the time. */
export default async function pause({ ms }) {
  await delay(ms)
}
