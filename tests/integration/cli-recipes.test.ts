import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Place } from './cli-harness.ts'

const EXAMPLES = join(import.meta.dirname, '../../resources/examples')

/** A place with the texts of the examples in `data`, and one of them further down. */
function placeWithData(): Place {
  const place = new Place()
  for (const name of readdirSync(join(EXAMPLES, 'data')))
    place.write(`data/${name}`, readFileSync(join(EXAMPLES, 'data', name), 'utf8'))
  place.write('data/deep/er/time.txt', readFileSync(join(EXAMPLES, 'data/time.txt'), 'utf8'))
  return place
}

test('the example recipe makes a job of each text of a folder, mirrors its tree, and skips what is done', async () => {
  const place = placeWithData()
  const recipe = join(EXAMPLES, 'frequent-words.recipe.yaml')
  const run = await place.cli('run', '--recipe', recipe, 'data')
  expect([run.code, run.stderr]).toEqual([0, ''])
  expect(run.stdout).toContain('4 jobs: 4 succeeded')
  const words = readFileSync(place.path('out/words/deep/er/time.words.txt'), 'utf8')
  expect(words).toMatch(/^ *180 and\n/)
  place.write('data/new.txt', 'once more')
  const again = await place.cli('preview', '--json', '--recipe', recipe, 'data')
  expect(JSON.parse(again.stdout)).toMatchObject({
    jobs: [{ name: 'words of new.txt', cwd: place.path('data') }],
    problems: [],
    left_files: { count: 4 },
  })
  expect(existsSync(place.path('out/words/new.words.txt'))).toBe(false)
})

test('recipes are added, named by commands, exported and removed; a table makes a job a row', async () => {
  const place = placeWithData()
  const none = await place.cli('recipe', 'ls')
  expect([none.code, none.stderr]).toEqual([
    0,
    'jobyard: there are no recipes. Add one with: jobyard recipe add FILE\n',
  ])
  const add = await place.cli('recipe', 'add', join(EXAMPLES, 'greet.recipe.yaml'), '--name', 'hello')
  expect([add.code, add.stdout]).toEqual([0, 'added recipe hello\n'])
  expect((await place.cli('recipe', 'ls')).stdout).toContain('rows with who, language')
  const rows = await place.cli('add', '--recipe', 'hello', 'data/people.csv')
  expect([rows.code, rows.stdout]).toEqual([0, 'added 2 jobs: 1-2\n'])
  const saved = await place.cli('recipe', 'save', '1', '--name', 'again', '--hole', 'Alice')
  expect([saved.code, saved.stdout]).toEqual([0, 'added recipe again\n'])
  expect((await place.cli('recipe', 'show', 'again')).stdout).toContain('- Hello, {}, who reads English!')
  const offered = await place.cli('preview', 'data/moby.txt')
  expect(offered.stderr).toContain('the recipe again takes moby.txt: add --recipe "again"')
  expect((await place.cli('recipe', 'export', 'hello')).stdout).toBe('wrote hello.recipe.yaml\n')
  expect(readFileSync(place.path('hello.recipe.yaml'), 'utf8')).toBe(
    readFileSync(join(EXAMPLES, 'greet.recipe.yaml'), 'utf8'),
  )
  expect((await place.cli('recipe', 'rm', 'hello', 'again')).stdout).toBe('removed 2 recipes\n')
  const gone = await place.cli('add', '--recipe', 'hello', 'data/people.csv')
  expect([gone.code, gone.stderr]).toEqual([
    1,
    'jobyard: There is no recipe "hello" here. See which there are with jobyard recipe ls.\n',
  ])
})

test('faults of a recipe are told at their places, and it is not added', async () => {
  const place = new Place()
  place.write('bad.recipe.yaml', 'command: [cat, "{}"]\nacepts: .mov\n')
  const add = await place.cli('recipe', 'add', 'bad.recipe.yaml')
  expect([add.code, add.stdout]).toEqual([2, ''])
  expect(add.stderr).toContain('bad.recipe.yaml:2:1: acepts: Unknown key "acepts". Did you mean "accepts"?\n')
  const run = await place.cli('add', 'bad.recipe.yaml')
  expect(run.stderr).toContain('This is a recipe: it runs what is dropped on it.')
})
