import { lstatSync, readlinkSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'

/** How the wish to have `jobyard` on the PATH went; `by-hand`: with a command for a terminal. */
export type LinkOutcome =
  | { readonly outcome: 'linked' | 'was-linked' }
  | { readonly outcome: 'by-hand'; readonly command: string }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Where commands of programs are on a Mac. */
const COMMAND_LINK = '/usr/local/bin/jobyard'

/**
 * Links `link` to the launcher inside the installed app. What lies there already and is not ours is left alone.
 * @param launcher absolute
 */
export function linkCommand(launcher: string, link = COMMAND_LINK): LinkOutcome {
  // An app that is opened where it was downloaded to runs from a place that is gone afterwards.
  if (launcher.startsWith('/Volumes/') || launcher.includes('/AppTranslocation/')) {
    return { outcome: 'refused', reason: 'Move Jobyard to the Applications folder first, and open it there.' }
  }
  const found = targetOf(link)
  if (found === launcher) return { outcome: 'was-linked' }
  if (found !== null) {
    return { outcome: 'refused', reason: `There is another ${link}. Remove it first, and try again.` }
  }
  try {
    symlinkSync(launcher, link)
    return { outcome: 'linked' }
  } catch {
    // Most likely the folder belongs to root, or is not there yet.
    const command = `sudo mkdir -p ${dirname(link)} && sudo ln -s ${quoted(launcher)} ${link}`
    return { outcome: 'by-hand', command }
  }
}

/** '' for what is no link, null where there is nothing. */
function targetOf(link: string): string | null {
  const stats = lstatSync(link, { throwIfNoEntry: false })
  if (stats === undefined) return null
  return stats.isSymbolicLink() ? readlinkSync(link) : ''
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}
