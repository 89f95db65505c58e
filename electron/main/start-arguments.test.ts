import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseStartArguments } from './start-arguments.ts'

const cwd = resolve('/home/ada')
const packaged = { is_packaged: true, cwd }

describe('the arguments of the app', () => {
  test('files may be relative, absolute or URLs, and count once', () => {
    const argv = ['jobyard', 'a.sh', resolve('/tmp/b.json'), 'file:///home/ada/c%20d.yaml', './a.sh']
    const expected = [resolve(cwd, 'a.sh'), resolve('/tmp/b.json'), resolve('/home/ada/c d.yaml')]
    expect(parseStartArguments(argv, packaged).files).toEqual(expected)
  })

  test('switches of Chromium and addresses that are no files are passed over', () => {
    const argv = [
      'jobyard',
      '--no-sandbox',
      '--enable-features=X',
      'https://example.org/a.sh',
      'file://%zz',
      '--',
      'x.sh',
    ]
    expect(parseStartArguments(argv, packaged).files).toEqual([resolve(cwd, 'x.sh')])
  })

  test.each([[['--data', '/d', 'x.sh']], [['x.sh', '--data=/d']]])(
    'the data directory is named by %j',
    (words) => {
      expect(parseStartArguments(['jobyard', ...words], packaged)).toEqual({
        data: '/d',
        files: [resolve(cwd, 'x.sh')],
      })
    },
  )

  test('without one, none is named', () => {
    expect(parseStartArguments(['jobyard'], packaged)).toEqual({ data: undefined, files: [] })
    expect(parseStartArguments(['jobyard', '--data'], packaged)).toEqual({ data: undefined, files: [] })
  })

  test('in a checkout the folder of the app is no file to drop, whatever stands before it', () => {
    const argv = ['electron', '-r', '/pw/loader.js', '--inspect=0', '.', 'x.sh']
    expect(parseStartArguments(argv, { is_packaged: false, cwd }).files).toEqual([resolve(cwd, 'x.sh')])
  })
})
