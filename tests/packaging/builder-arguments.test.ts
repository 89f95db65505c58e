import { describe, expect, test } from 'vitest'
import { planDist } from '../../scripts/installers/builder-arguments.ts'

const plan = (system: 'linux' | 'mac' | 'win', env: Record<string, string> = {}, for_specs = false) =>
  planDist({ system, for_specs, env })

describe('what electron-builder is told', () => {
  test('with nothing in the environment every system is built, and each lack is said', () => {
    expect(plan('linux').notes.join('\n')).toMatch(
      /JOBYARD_UPDATES[\s\S]*JOBYARD_HOMEPAGE[\s\S]*JOBYARD_MAINTAINER/,
    )
    expect(plan('mac').notes.join('\n')).toMatch(/Not signed[\s\S]*CSC_LINK/)
    expect(plan('win').notes.join('\n')).toMatch(/Not signed[\s\S]*WIN_CSC_LINK/)
    for (const system of ['linux', 'mac', 'win'] as const) {
      expect(plan(system).args.slice(0, 3)).toEqual([`--${system}`, '--publish', 'never'])
      expect(plan(system).args.join(' ')).not.toContain('publish.provider')
    }
  })

  test('the kinds of installers stand where they are read, and switches come last, where they count', () => {
    const words = ['--arm64', 'deb', '-c.publish.owner=other', 'rpm']
    const { args } = planDist({ system: 'linux', for_specs: false, env: {}, words })
    expect(args.slice(0, 4)).toEqual(['--linux', 'deb', 'rpm', '--publish'])
    expect(args.slice(-2)).toEqual(['--arm64', '-c.publish.owner=other'])
  })

  test('a Mac app is signed with the certificate that is named, and never with one that is lying about', () => {
    expect(plan('mac').args).toContain('-c.mac.identity=-')
    expect(plan('mac').env).toEqual({ CSC_IDENTITY_AUTO_DISCOVERY: 'false' })
    expect(plan('mac', { JOBYARD_UPDATES: 'a/b' }).args.join(' ')).not.toContain('publish.provider')
    const signed = plan('mac', { CSC_LINK: 'file.p12' })
    expect(signed.args).not.toContain('-c.mac.identity=-')
    expect(signed.env).toEqual({})
    expect(signed.notes.join('\n')).toMatch(
      /not notarised.*APPLE_ID, APPLE_APP_SPECIFIC_PASSWORD, APPLE_TEAM_ID/,
    )
  })

  test('a signed Mac app is notarised where all three are set', () => {
    const env = { CSC_LINK: 'x', APPLE_ID: 'x', APPLE_APP_SPECIFIC_PASSWORD: 'x', APPLE_TEAM_ID: 'x' }
    expect(plan('mac', env).args).toContain('-c.mac.notarize=true')
    expect(plan('mac', env).notes).toEqual([expect.stringContaining('JOBYARD_UPDATES')])
  })

  test('updates come from where the environment says, and from nowhere else', () => {
    expect(plan('win', { JOBYARD_UPDATES: 'owner/repo', CSC_LINK: 'x' })).toEqual({
      args: expect.arrayContaining(['-c.publish.owner=owner', '-c.publish.repo=repo']) as unknown,
      env: {},
      notes: [],
    })
    for (const bad of ['owner', 'owner/', '/repo', 'https://host/owner/repo', ''])
      expect(plan('win', { JOBYARD_UPDATES: bad }).args.join(' ')).not.toContain('publish.provider')
  })

  test('a secret that comes empty, as a build service without it has it, counts as missing', () => {
    const empty = { CSC_LINK: '', APPLE_ID: '', JOBYARD_HOMEPAGE: '', JOBYARD_MAINTAINER: '' }
    expect(plan('mac', empty).env).toEqual({
      CSC_IDENTITY_AUTO_DISCOVERY: 'false',
      CSC_LINK: undefined,
      APPLE_ID: undefined,
    })
    expect(plan('linux', empty).args.join(' ')).toContain('jobyard.invalid')
    expect(plan('linux', { JOBYARD_HOMEPAGE: 'https://home.example' }).args).toContain(
      '-c.extraMetadata.homepage=https://home.example',
    )
  })

  test('only a build for the specs lets a debugger in, and that one says so and updates from nowhere', () => {
    const inspect = '-c.electronFuses.enableNodeCliInspectArguments=true'
    expect(plan('linux', { JOBYARD_UPDATES: 'a/b' }).args).not.toContain(inspect)
    const for_specs = plan('linux', { JOBYARD_UPDATES: 'a/b' }, true)
    expect(for_specs.args).toEqual(expect.arrayContaining([inspect, '--dir']))
    expect(for_specs.args.join(' ')).not.toContain('publish.provider')
    expect(for_specs.notes[0]).toContain('Do not give it to anybody')
  })
})
