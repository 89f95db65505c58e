import { expect, test } from 'vitest'
import { commandLineOf } from './command-line-mode.ts'

test('the app opens its window unless it is told to be the command line', () => {
  expect(commandLineOf(['/opt/Jobyard/jobyard'])).toBeNull()
  expect(commandLineOf(['/opt/Jobyard/jobyard', '/home/me/--cli/a.sh', '--data', '/d'])).toBeNull()
})

test('everything behind the two dashes is the command line, whatever it looks like', () => {
  const words = ['run', '--data', '/d', '--', '--cli', '--no-sandbox']
  expect(commandLineOf(['/opt/Jobyard/jobyard', '--no-sandbox', '--cli', '--', ...words])).toEqual(words)
  expect(commandLineOf(['electron', '.', '--cli'])).toEqual([])
})

test('a file that is named like the switch, behind two dashes, opens the window', () => {
  expect(commandLineOf(['/opt/Jobyard/jobyard', '--', '--cli'])).toBeNull()
})
