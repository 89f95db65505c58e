import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

test('a folder is watched for a recipe, listed, turned off, and forgotten', async () => {
  const place = new Place()
  const folder = join(place.dir, 'incoming')
  mkdirSync(folder)
  place.write('copy.recipe.yaml', `version: 1\naccepts: ['*.txt']\ncommand: [wc, -c, '{}']\n`)
  expect((await place.cli('recipe', 'add', 'copy.recipe.yaml')).code).toBe(0)
  const add = await place.cli('watch', 'add', 'incoming', '--recipe', 'copy', '--settle', '300ms')
  expect([add.code, add.stdout]).toEqual([0, `watch 1: files that come into ${folder} are for copy\n`])
  expect(add.stderr).toContain('nobody works this queue now: start with jobyard start or jobyard serve')
  const listed = await place.cli('watch', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { id: 1, folder, recipe: 'copy', recursive: false, settle_ms: 300, state: 'idle', taken: 0 },
  ])
  expect((await place.cli('watch', 'off', '1')).stdout).toBe('turned off 1 watch\n')
  expect((await place.cli('watch')).stdout).toMatch(/^ID +FOLDER .*\n +1 +\S+incoming +copy +no +300ms +off /)
  const none = await place.cli('watch', 'add', 'incoming', '--recipe', 'other')
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no recipe "other" here')])
  const remove = await place.cli('watch', 'rm', '1', '9')
  expect([remove.code, remove.stdout]).toEqual([1, 'removed 1 watch\n'])
  expect(remove.stderr).toContain('there is no watch 9 here')
})
