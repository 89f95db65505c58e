import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../../tests/fakes/temp-dir.ts'
import { RecipeStore } from './recipe-store.ts'

const GOOD = `# kept as it is\ntitle: Zip\naccepts: [.txt]\ncommand: [gzip, '{}']\n`

function store(): { readonly folder: string; readonly recipes: RecipeStore } {
  const folder = join(tempDir(), 'recipes')
  return { folder, recipes: new RecipeStore(folder) }
}

test('keeps recipes as files of the person, lists them by name, and gives them back', async () => {
  const { folder, recipes } = store()
  expect(await recipes.list()).toEqual([])
  const { saved } = await recipes.save('zip.recipe.yaml', GOOD, false)
  expect(saved).toMatchObject({
    name: 'zip',
    about: { title: 'Zip', accepts: ['.txt'], runs: 'gzip {}', output: null },
    problems: [],
  })
  await recipes.save('a 2', `{"command": ["x", "{}"]}`, false)
  expect(readdirSync(folder).sort()).toEqual(['a 2.recipe.yaml', 'zip.recipe.yaml'])
  expect((await recipes.list()).map(({ name }) => name)).toEqual(['a 2', 'zip'])
  expect(await recipes.text('zip')).toEqual({ name: 'zip', file_name: 'zip.recipe.yaml', text: GOOD })
  expect(await recipes.find('zip')).toBe(join(folder, 'zip.recipe.yaml'))
  const removed = await recipes.remove('zip')
  expect(existsSync(join(folder, 'zip.recipe.yaml'))).toBe(false)
  await expect(recipes.find('zip')).rejects.toMatchObject({ code: 'RECIPE_NOT_FOUND' })
  await recipes.save(removed.file_name, removed.text, false)
  expect((await recipes.text('zip')).text).toBe(GOOD)
})

test('refuses names that are taken or none, and keeps no recipe with a fault', async () => {
  const { folder, recipes } = store()
  await recipes.save('zip', GOOD, false)
  await expect(recipes.save('zip.recipe.json', '{"command":["x","{}"]}', false)).rejects.toMatchObject({
    code: 'RECIPE_EXISTS',
  })
  for (const name of ['..', '../x', 'a/b.recipe.yaml', '.x', '', 'con', 'x'.repeat(101), '-x']) {
    await expect(recipes.save(name, GOOD, false)).rejects.toThrow(/cannot be the name/)
  }
  const bad = await recipes.save('bad', `command: [x, '{}']\nscript: y\n`, false)
  expect(bad).toMatchObject({ saved: null, problems: [{ line: 2, code: 'CONFLICT' }] })
  const relative = await recipes.save('bad', `script: y.sh\nargs: ['{}']\n`, false)
  expect(relative).toMatchObject({ saved: null, problems: [{ line: 1, column: 9, code: 'BAD_TARGET' }] })
  await recipes.save('zip.recipe.json', '{"command":["x","{}"]}', true)
  expect(readdirSync(folder).sort()).toEqual(['zip.recipe.json'])
})

test('lists a damaged file with its fault beside the good ones', async () => {
  const { folder, recipes } = store()
  mkdirSync(folder)
  writeFileSync(join(folder, 'bad.recipe.yml'), 'command: [x]\nacepts: "*.mov"\n')
  writeFileSync(join(folder, 'binary.recipe.yaml'), Buffer.from([0xff, 0xfe, 0x00]))
  writeFileSync(join(folder, 'twice.recipe.json'), '{"command":["x","{}"]}')
  writeFileSync(join(folder, 'twice.recipe.yaml'), GOOD)
  writeFileSync(join(folder, 'note.txt'), 'no recipe')
  mkdirSync(join(folder, 'folder.recipe.yaml'))
  const list = await recipes.list()
  expect(list.map(({ name, about, problems }) => [name, about !== null, problems[0]?.code])).toEqual([
    ['bad', false, 'UNKNOWN_KEY'],
    ['binary', false, 'ENCODING'],
    ['folder', false, 'NOT_A_FILE'],
    ['twice', true, undefined],
    ['twice', false, 'DUPLICATE_NAME'],
  ])
  expect(list[0]?.problems[0]).toMatchObject({ line: 2, column: 1 })
})
