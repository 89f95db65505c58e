import { expect, test } from 'vitest'
import { OpenedFiles } from './opened-files.ts'

test('what was given before anybody listened is told at once, and is given out once', () => {
  const opened = new OpenedFiles()
  opened.add(['/a', '/b', '/a'])
  let told = 0
  opened.whenAdded(() => {
    told += 1
  })
  expect(told).toBe(1)
  expect(opened.take()).toEqual(['/a', '/b'])
  expect(opened.take()).toEqual([])
  opened.add([])
  opened.add(['/c'])
  expect(told).toBe(2)
  expect(opened.take()).toEqual(['/c'])
})
