/**
 * What electron-builder is told beside electron-builder.yml: what depends on who releases. Everything is taken from the
 * environment, and what is missing is left out with a word about what that means.
 */

export type System = 'linux' | 'mac' | 'win'

export interface DistRequest {
  readonly system: System
  /** For the specs: unpacked, and open to Playwright (the fuse that lets a debugger in stays on). Never to be given out. */
  readonly for_specs: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the person who builds adds: kinds of installers (`deb`), and switches of electron-builder. */
  readonly words?: readonly string[]
}

export interface DistPlan {
  readonly args: readonly string[]
  /** Changes to the environment of electron-builder; undefined: take it away. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** For the person who builds. */
  readonly notes: readonly string[]
}

/** Domain names ending so belong to nobody (RFC 2606). */
const NO_HOMEPAGE = 'https://jobyard.invalid'
const NO_MAINTAINER = 'Whoever built this <nobody@jobyard.invalid>'
const NOTARISING = ['APPLE_ID', 'APPLE_APP_SPECIFIC_PASSWORD', 'APPLE_TEAM_ID']
const SECRETS = ['CSC_LINK', 'CSC_KEY_PASSWORD', 'WIN_CSC_LINK', 'WIN_CSC_KEY_PASSWORD', ...NOTARISING]

/** Puts the command line of electron-builder together. */
export function planDist({ system, for_specs, env, words = [] }: DistRequest): DistPlan {
  const parts = [
    // The kinds of installers are read only right behind the system.
    { args: [`--${system}`, ...words.filter(isKind), '--publish', 'never'], notes: [] },
    for_specs ? specsBuild(system) : whereUpdatesAre(system, env),
    system === 'linux' ? linuxPackage(env) : system === 'mac' ? macSigning(env) : windowsSigning(env),
  ]
  return {
    args: [...parts.flatMap((part) => part.args), ...words.filter((word) => !isKind(word))],
    notes: parts.flatMap((part) => part.notes),
    // Else electron-builder would sign with whatever certificate it finds in the keychain of the person.
    env: {
      ...(system === 'mac' && !isSet(env, 'CSC_LINK') ? { CSC_IDENTITY_AUTO_DISCOVERY: 'false' } : {}),
      // It would take an empty one for a certificate that cannot be read.
      ...Object.fromEntries(SECRETS.filter((name) => env[name] === '').map((name) => [name, undefined])),
    },
  }
}

const isKind = (word: string): boolean => !word.startsWith('-')

type Part = Pick<DistPlan, 'args' | 'notes'>

function specsBuild(system: System): Part {
  return {
    args: [
      '--dir',
      ...(system === 'mac' ? ['--universal'] : []),
      '-c.electronFuses.enableNodeCliInspectArguments=true',
      '-c.directories.output=dist/for-specs',
    ],
    notes: ['A build for the specs: a debugger can get into it. Do not give it to anybody.'],
  }
}

function whereUpdatesAre(system: System, env: DistRequest['env']): Part {
  // macOS puts nothing in place that is not signed: the note about that says so.
  if (system === 'mac' && !isSet(env, 'CSC_LINK')) return { args: [], notes: [] }
  const [owner, repo, ...more] = (env['JOBYARD_UPDATES'] ?? '').split('/')
  if (owner === undefined || owner === '' || repo === undefined || repo === '' || more.length > 0) {
    return {
      args: [],
      notes: ['Without updates: set JOBYARD_UPDATES to OWNER/REPOSITORY of GitHub, where the releases are.'],
    }
  }
  return {
    args: ['-c.publish.provider=github', `-c.publish.owner=${owner}`, `-c.publish.repo=${repo}`],
    notes: [],
  }
}

/** Both are required in a deb and an rpm. */
function linuxPackage(env: DistRequest['env']): Part {
  const missing = ['JOBYARD_HOMEPAGE', 'JOBYARD_MAINTAINER'].filter((name) => !isSet(env, name))
  return {
    args: [
      `-c.extraMetadata.homepage=${valueOf(env, 'JOBYARD_HOMEPAGE') ?? NO_HOMEPAGE}`,
      `-c.linux.maintainer=${valueOf(env, 'JOBYARD_MAINTAINER') ?? NO_MAINTAINER}`,
    ],
    notes: missing.map((name) => `The packages name nobody to turn to: set ${name}.`),
  }
}

function macSigning(env: DistRequest['env']): Part {
  if (!isSet(env, 'CSC_LINK')) {
    return {
      // Apple's processors run nothing that is not signed at all; a signature of nobody's is enough for that.
      args: ['-c.mac.identity=-', '-c.mac.hardenedRuntime=false', '-c.mac.notarize=false'],
      notes: [
        'Not signed: macOS will refuse to open it until it is allowed under Privacy & Security, and it cannot update itself. ' +
          'Set CSC_LINK and CSC_KEY_PASSWORD.',
      ],
    }
  }
  const missing = NOTARISING.filter((name) => !isSet(env, name))
  if (missing.length === 0) return { args: ['-c.mac.notarize=true'], notes: [] }
  return {
    args: ['-c.mac.notarize=false'],
    notes: [`Signed, but not notarised: macOS will warn of it. Set ${missing.join(', ')}.`],
  }
}

function windowsSigning(env: DistRequest['env']): Part {
  if (isSet(env, 'CSC_LINK') || isSet(env, 'WIN_CSC_LINK')) return { args: [], notes: [] }
  return {
    args: [],
    notes: [
      'Not signed: Windows will warn of an unknown publisher. Set WIN_CSC_LINK and WIN_CSC_KEY_PASSWORD.',
    ],
  }
}

function isSet(env: DistRequest['env'], name: string): boolean {
  return valueOf(env, name) !== undefined
}

/** A secret that a build service does not have comes as an empty text. */
function valueOf(env: DistRequest['env'], name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}
