import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { JobDrop, places } from '../../../tests/fakes/job-drop.ts'

async function filesOf(drop: JobDrop, keys: object): Promise<string[]> {
  const text = JSON.stringify({ command: ['x', '{}'], ...keys })
  const { jobs, problems } = await drop.readText('a.job.json', text)
  expect(problems).toEqual([])
  return jobs.map(({ spec: { task } }) => (task.kind === 'command' ? (task.argv?.[1] ?? '') : ''))
}

function folder(...names: string[]): JobDrop {
  const drop = new JobDrop()
  for (const name of names) drop.write(name, '')
  return drop
}

describe('inputs.files', () => {
  it('are the files that match, in natural order, hidden ones and folders left out', async () => {
    const drop = folder(
      '10.mov',
      '2.mov',
      'b c.mov',
      '.hidden.mov',
      'x.txt',
      'folder.mov/inner.txt',
      'sub/3.mov',
    )
    expect(await filesOf(drop, { inputs: { files: '*.mov' } })).toEqual(['2.mov', '10.mov', 'b c.mov'])
  })

  it('take variables of the environment in their patterns, in which braces mean what they mean', async () => {
    const drop = folder('raw/a.mov', 'raw/b.mp4', 'c.mov')
    const keys = (files: string) => ({ env: { FROM: 'raw' }, inputs: { files } })
    expect(await filesOf(drop, keys('${{ env.FROM }}/*.{mov,mp4}'))).toEqual(['raw/a.mov', 'raw/b.mp4'])
    const text = JSON.stringify({ command: ['x', '{}'], ...keys('${{ env.NOWHERE_AT_ALL }}/*.mov') })
    const { problems } = await drop.readText('b.job.json', text)
    expect(places(problems)).toEqual(['1:62 UNKNOWN_VALUE inputs.files'])
  })

  it('are looked for in folders inside folders when asked', async () => {
    const drop = folder('a.mov', 'raw/b.mov', 'raw/deep/c.mov', 'other/d.mov')
    expect(await filesOf(drop, { inputs: { files: '*.mov', recursive: true } })).toEqual([
      'a.mov',
      'other/d.mov',
      'raw/b.mov',
      'raw/deep/c.mov',
    ])
    expect(await filesOf(drop, { inputs: { files: 'raw/*.mov', recursive: true } })).toEqual([
      'raw/b.mov',
      'raw/deep/c.mov',
    ])
    expect(await filesOf(drop, { inputs: { files: ['**/c.mov', 'a.m*', 'a.mov'] } })).toEqual([
      'a.mov',
      'raw/deep/c.mov',
    ])
  })

  it('count from the folder the job works in, and are named by their whole path where that varies', async () => {
    const drop = folder('media/a.mov', 'media/in/b.mov')
    expect(await filesOf(drop, { cwd: 'media', inputs: { files: 'in/*' } })).toEqual(['in/b.mov'])
    expect(await filesOf(drop, { cwd: '{//}', inputs: { files: 'media/*.mov' } })).toEqual([
      drop.path('media/a.mov'),
    ])
  })

  it('may not take the name of the list of files', async () => {
    const drop = folder('a.mov')
    const { problems } = await drop.readText(
      'a.job.yaml',
      `command: x\ninputs: { files: '*.mov', values: { file: [1] } }\n`,
    )
    expect(places(problems)).toEqual(['2:35 CONFLICT inputs.values'])
  })
})

// Windows has no such names, and no such links.
if (process.platform !== 'win32') {
  describe('inputs.files with odd names', () => {
    it('may be called anything', async () => {
      const odd = ["it's.mov", '$(touch pwned).mov', 'line\nbreak.mov', '[a].mov', 'ä.mov']
      const drop = folder(...odd, '-rf.mov')
      expect((await filesOf(drop, { inputs: { files: '*.mov' } })).sort()).toEqual(
        [...odd, './-rf.mov'].sort(),
      )
    })

    it('are found through links to files, and links in a circle end nothing', async () => {
      const drop = folder('sub/a.mov', 'b.mov')
      symlinkSync(drop.dir, drop.path('sub/circle'))
      symlinkSync(drop.path('b.mov'), drop.path('link.mov'))
      symlinkSync(drop.path('gone'), drop.path('dead.mov'))
      expect(await filesOf(drop, { inputs: { files: '*.mov', recursive: true } })).toEqual([
        'b.mov',
        'link.mov',
        'sub/a.mov',
      ])
    })
  })
}
