import { CommanderError, InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { JobyardError } from '../../../shared/errors.ts'
import { errorLine, exitCodeOf } from './error-line.ts'

test('bad usage is one line that names the help, and exit code 2', () => {
  const error = new CommanderError(
    1,
    'commander.unknownOption',
    "error: unknown option '--jsn'\n(Did you mean --json?)",
  )
  expect(errorLine(error, 'run')).toBe(
    "jobyard: unknown option '--jsn' (Did you mean --json?). See `jobyard run --help`.",
  )
  expect(exitCodeOf(error)).toBe(2)
  expect(exitCodeOf(new InvalidArgumentError('no number'))).toBe(2)
})

test('help is no error', () => {
  expect(exitCodeOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toBe(0)
})

test('bad input is exit code 2, anything else of ours 1, and the message stays on one line', () => {
  expect(exitCodeOf(new JobyardError('BAD_INPUT', 'No jobs.'))).toBe(2)
  const owned = new JobyardError('DATA_DIR_OWNED', 'It is owned\nby 12.')
  expect([errorLine(owned, 'run'), exitCodeOf(owned)]).toEqual(['jobyard: It is owned by 12.', 1])
})

test('an error that is not ours is said to be a bug', () => {
  expect(errorLine(new TypeError('x is not a function'), null)).toMatch(
    /^jobyard: x is not a function \(a bug in Jobyard/,
  )
  expect(exitCodeOf('thrown text')).toBe(1)
})
