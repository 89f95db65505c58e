import { describe, expect, test } from 'vitest'
import type { Notice } from './notifier.ts'
import type { Updater } from './updates.ts'
import { Updates } from './updates.ts'

/** A person who answers questions in turn, and a place where updates are. */
function surroundings(updater: Partial<Updater>, answers: readonly boolean[] = []) {
  const diary: string[] = []
  const notices: Notice[] = []
  const open = [...answers]
  let loads = 0
  const updates = new Updates({
    load: () => {
      loads += 1
      return Promise.resolve({
        check: () => Promise.resolve('2.0.0'),
        download: () => {
          diary.push('download')
          return Promise.resolve()
        },
        ...updater,
      })
    },
    version: '1.0.0',
    ask: ({ message }) => {
      diary.push(`ask: ${message}`)
      return Promise.resolve(open.shift() ?? false)
    },
    tell: ({ message, detail }) => {
      diary.push(`tell: ${message}: ${detail.split('\n')[0] ?? ''}`)
      return Promise.resolve()
    },
    notify: (notice) => {
      notices.push(notice)
    },
    quit: () => {
      diary.push('quit')
    },
  })
  return { updates, diary, notices, loads: () => loads }
}

const offline = { check: () => Promise.reject(new Error('net::ERR_INTERNET_DISCONNECTED\n at …')) }

describe('looking for updates', () => {
  test('a newer version is fetched and put in place only as the person says', async () => {
    const { updates, diary } = surroundings({}, [true, true])
    await updates.checkNow()
    expect(diary).toEqual([
      'ask: Jobyard 2.0.0 is there',
      'download',
      'ask: Jobyard 2.0.0 is fetched',
      'quit',
    ])
  })

  test('nothing is fetched without a yes', async () => {
    const { updates, diary } = surroundings({}, [false])
    await updates.checkNow()
    expect(diary).toEqual(['ask: Jobyard 2.0.0 is there'])
  })

  test('what was fetched is not fetched again', async () => {
    const { updates, diary } = surroundings({}, [true, false, true])
    await updates.checkNow()
    await updates.checkNow()
    expect(diary.filter((line) => line === 'download')).toHaveLength(1)
    expect(diary.at(-1)).toBe('quit')
  })

  test('that there is none is told to who asked', async () => {
    const { updates, diary } = surroundings({ check: () => Promise.resolve(null) })
    await updates.checkNow()
    expect(diary).toEqual(['tell: This is the newest Jobyard: Version 1.0.0.'])
  })

  test('a machine without network is told in one line, and can try again', async () => {
    const { updates, diary } = surroundings(offline)
    await updates.checkNow()
    await updates.checkNow()
    const line = 'tell: Looking for updates did not work: net::ERR_INTERNET_DISCONNECTED'
    expect(diary).toEqual([line, line])
  })

  test('a download that breaks off is told, and tried again the next time', async () => {
    const { updates, diary } = surroundings({ download: () => Promise.reject(new Error('cut off')) }, [
      true,
      true,
    ])
    await updates.checkNow()
    await updates.checkNow()
    expect(diary.filter((line) => line.includes('cut off'))).toHaveLength(2)
  })

  test('the program that fetches is not loaded before it is needed, and once', async () => {
    const { updates, loads } = surroundings({}, [])
    expect(loads()).toBe(0)
    await updates.checkNow()
    await updates.checkNow()
    expect(loads()).toBe(1)
  })
})

describe('looking quietly', () => {
  test('tells of each version once, and asks nothing', async () => {
    const { updates, diary, notices } = surroundings({})
    await updates.checkQuietly()
    await updates.checkQuietly()
    expect(notices.map(({ title }) => title)).toEqual(['Jobyard 2.0.0 is there'])
    expect(diary).toEqual([])
  })

  test('keeps failures to itself', async () => {
    const { updates, diary, notices } = surroundings(offline)
    await updates.checkQuietly()
    expect([...diary, ...notices]).toEqual([])
  })
})
