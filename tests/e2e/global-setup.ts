import { checkBuilt } from '../built.ts'
import { announceChromium, findChromium, removeChromium } from './chromium.ts'
import { describeHosts } from './hosts/host-names.ts'

/** Finds a Chromium for the whole run, and says what is tested with what. */
export default async function globalSetup(): Promise<() => void> {
  checkBuilt()
  const chromium = await findChromium()
  announceChromium(chromium)
  console.log(describeHosts())
  console.log(`Chromium: ${chromium.executable}, from ${chromium.source}`)
  return () => {
    removeChromium(chromium)
  }
}
