import { expect, test } from 'vitest'
import { holeCandidates } from './hole-candidates.ts'

test('the text that most likely was a file comes first', () => {
  const command = (argv: string[] | null, shell_command: string | null) =>
    holeCandidates({ name: 'x', cwd: '/', task: { kind: 'command', argv, shell_command } })
  expect(command(['ffmpeg', '-i', '/a/b.mov', '--crf=2.3', 'x'], null)).toEqual([
    '/a/b.mov',
    '-i',
    '--crf=2.3',
    'x',
  ])
  expect(command(null, 'sort "in.txt" | uniq > out/words')).toEqual(['in.txt', 'out/words'])
  expect(command(null, 'true')).toEqual([])
})
