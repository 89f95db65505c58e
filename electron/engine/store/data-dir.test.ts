import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JobyardError } from '../../../shared/errors.ts'
import type { DataDirSystem } from './data-dir.ts'
import { dataPaths, prepareDataDir, resolveDataDir, unusableDataDir } from './data-dir.ts'

const LINUX: DataDirSystem = { platform: 'linux', env: {}, home: '/home/ada', cwd: '/work' }
const MAC: DataDirSystem = { platform: 'darwin', env: {}, home: '/Users/ada', cwd: '/work' }
const WINDOWS: DataDirSystem = { platform: 'win32', env: {}, home: 'C:\\Users\\ada', cwd: 'D:\\work' }

describe('the default data directory', () => {
  test('follows the convention of each platform', () => {
    expect(resolveDataDir(undefined, LINUX)).toBe('/home/ada/.local/share/jobyard')
    expect(resolveDataDir(undefined, { ...LINUX, env: { XDG_DATA_HOME: '/data' } })).toBe('/data/jobyard')
    expect(resolveDataDir(undefined, MAC)).toBe('/Users/ada/Library/Application Support/Jobyard')
    expect(resolveDataDir(undefined, { ...WINDOWS, env: { APPDATA: 'E:\\Roaming' } })).toBe(
      'E:\\Roaming\\Jobyard',
    )
    expect(resolveDataDir(undefined, WINDOWS)).toBe('C:\\Users\\ada\\AppData\\Roaming\\Jobyard')
  })

  test('ignores an XDG_DATA_HOME that is empty or relative', () => {
    for (const XDG_DATA_HOME of ['', 'data']) {
      expect(resolveDataDir(undefined, { ...LINUX, env: { XDG_DATA_HOME } })).toBe(
        '/home/ada/.local/share/jobyard',
      )
    }
  })

  test('gives way to JOBYARD_DATA, and that to a directory that is named', () => {
    const system = { ...LINUX, env: { JOBYARD_DATA: 'mine', XDG_DATA_HOME: '/data' } }
    expect(resolveDataDir(undefined, system)).toBe('/work/mine')
    expect(resolveDataDir('/other', system)).toBe('/other')
    expect(resolveDataDir('here/../there', system)).toBe('/work/there')
    expect(resolveDataDir('store', { ...WINDOWS, env: { JOBYARD_DATA: 'C:\\x' } })).toBe('D:\\work\\store')
    expect(resolveDataDir(undefined, { ...LINUX, env: { JOBYARD_DATA: '' } })).toBe(
      '/home/ada/.local/share/jobyard',
    )
  })

  test('without a home folder asks for a name', () => {
    expect(() => resolveDataDir(undefined, { ...LINUX, home: '' })).toThrow(
      expect.objectContaining({
        code: 'DATA_DIR_UNUSABLE',
        message: expect.stringContaining('--data') as string,
      }),
    )
    expect(resolveDataDir('/other', { ...LINUX, home: '' })).toBe('/other')
  })
})

describe('preparing the data directory', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'jobyard-data-'))
  })
  afterEach(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test('makes it with all its folders, for this user alone, and leaves nothing else behind', () => {
    const dir = join(root, 'deep', 'data')
    prepareDataDir(dir)
    prepareDataDir(dir)
    expect(readdirSync(dir).sort()).toEqual([
      'logs',
      'recipes',
      'results',
      'scripts',
      'spool',
      'starts',
      'uploads',
    ])
    const paths = dataPaths(dir)
    if (process.platform !== 'win32') {
      for (const folder of [
        dir,
        paths.logs,
        paths.scripts,
        paths.results,
        paths.starts,
        paths.spool,
        paths.uploads,
        paths.recipes,
      ]) {
        expect(statSync(folder).mode & 0o777).toBe(0o700)
      }
    }
  })

  test('keeps the permissions of a folder that is there', () => {
    const dir = join(root, 'data')
    mkdirSync(dir)
    chmodSync(dir, 0o755)
    prepareDataDir(dir)
    expect(statSync(dir).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o755)
  })

  test('refuses a path that is a file, leads through a file, or to a link that leads nowhere', () => {
    const file = join(root, 'file')
    writeFileSync(file, 'text')
    expect(refusal(file).message).toContain('Remove')
    expect(refusal(join(file, 'below')).message).toContain('not a folder')
    const link = join(root, 'link')
    symlinkSync(link, link)
    expect(refusal(link).code).toBe('DATA_DIR_UNUSABLE')
    const dir = join(root, 'data')
    mkdirSync(dir)
    writeFileSync(join(dir, 'logs'), 'text')
    expect(refusal(dir).message).toContain(join(dir, 'logs'))
  })

  if (process.platform !== 'win32') {
    test('refuses a folder the user may not write to', async () => {
      chmodSync(root, 0o755)
      const dir = join(root, 'data')
      mkdirSync(dir, { mode: 0o555 })
      const code = `import { prepareDataDir } from ${JSON.stringify(join(import.meta.dirname, 'data-dir.ts'))}
        try { prepareDataDir(${JSON.stringify(dir)}); process.send({}) }
        catch (error) { process.send({ code: error.code, message: error.message, errno: error.details.errno }) }`
      // The superuser may write everywhere, so the attempt is made as nobody.
      const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
      const script = join(root, 'try.mts')
      writeFileSync(script, code)
      const child = fork(script, { ...asNobody, cwd: root })
      const [answer] = (await once(child, 'message')) as [unknown]
      expect(answer).toEqual({
        code: 'DATA_DIR_UNUSABLE',
        errno: 'EACCES',
        message: expect.stringContaining('no permission') as string,
      })
    })
  }

  if (process.platform === 'linux') {
    test('refuses a file system that takes no files', () => {
      expect(refusal('/proc/jobyard').code).toBe('DATA_DIR_UNUSABLE')
      expect(execFileSync('ls', ['/proc'], { encoding: 'utf8' })).not.toContain('jobyard')
    })
  }

  test('says for each fault of the system what to do', () => {
    const messages = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'ENAMETOOLONG', 'EIO'].map((code) => {
      const error = unusableDataDir(
        '/data',
        Object.assign(new Error(`${code}: it failed`), { code, path: '/data/logs' }),
      )
      expect(error.details).toEqual({ dir: '/data', errno: code })
      return error.message
    })
    expect(messages).toEqual([
      'The data directory /data cannot be used (at /data/logs): the disk is full. Free some space, or name another with --data or JOBYARD_DATA.',
      expect.stringContaining('quota'),
      expect.stringContaining('read-only'),
      expect.stringContaining('permission'),
      expect.stringContaining('too long'),
      expect.stringContaining('EIO: it failed'),
    ])
  })
})

function refusal(dir: string): JobyardError {
  try {
    prepareDataDir(dir)
  } catch (error) {
    if (error instanceof JobyardError) return error
    throw error
  }
  throw new Error(`${dir} was not refused`)
}
