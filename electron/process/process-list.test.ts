import { expect, test } from 'vitest'
import { findProcess, listProcesses, parseProcStat, parsePs } from './process-list.ts'

const REST = '1 900 800 0 -1 4194560 99 0 0 0 1 2 0 0 20 0 1 0 314159 1234 56 18446744073709551615'

test('a line of /proc/PID/stat is parsed', () => {
  expect(parseProcStat(`77 (sleep) S ${REST}`)).toEqual({
    pid: 77,
    ppid: 1,
    pgid: 900,
    sid: 800,
    start: '314159',
    zombie: false,
    stopped: false,
  })
})

test.each(['a b', ') R 5 5 5', '(((', 'x) S 1 1 1 (y', ''])('the program may be named %j', (name) => {
  expect(parseProcStat(`77 (${name}) Z ${REST}`)).toMatchObject({
    pid: 77,
    ppid: 1,
    start: '314159',
    zombie: true,
  })
})

test('a stopped process is told', () => {
  expect(parseProcStat(`77 (a) T ${REST}`)?.stopped).toBe(true)
})

test('what is no such line is nothing', () => {
  expect(parseProcStat('')).toBeNull()
  expect(parseProcStat('77 (a) S 1 2')).toBeNull()
})

test('the output of ps is parsed, whatever its spacing', () => {
  const text =
    '  501     1   501 Ss   Mon Nov  3 09:00:00 2026\n  502   501   501 T    Mon Nov 23 21:07:00 2026    \n\n  x'
  expect(parsePs(text)).toEqual([
    {
      pid: 501,
      ppid: 1,
      pgid: 501,
      sid: null,
      start: 'Mon Nov 3 09:00:00 2026',
      zombie: false,
      stopped: false,
    },
    {
      pid: 502,
      ppid: 501,
      pgid: 501,
      sid: null,
      start: 'Mon Nov 23 21:07:00 2026',
      zombie: false,
      stopped: true,
    },
  ])
})

test('this process is in the list, as it is when asked for alone', () => {
  const own = listProcesses().find(({ pid }) => pid === process.pid)
  expect(own).toMatchObject({ ppid: process.ppid, zombie: false })
  expect(findProcess(process.pid)).toMatchObject({ pid: process.pid, start: own?.start })
})

test('a process that does not exist is not found', () => {
  expect(findProcess(2 ** 22 + 1)).toBeNull()
})
