import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JobDrop, places } from '../../../tests/fakes/job-drop.ts'
import { MAX_FILES, MAX_JSON_BYTES, MAX_PROBLEMS, MAX_YAML_BYTES } from './limits.ts'
import { readDrop } from './read-drop.ts'
import { readWhole, RegularFile } from './regular-file.ts'

/** Reads the folder of the drop; `meanwhile` is called before each file is read. */
async function readWhile(drop: JobDrop, meanwhile: (file: string) => void) {
  return readDrop({
    ...{ paths: [drop.dir], cwd: drop.dir, recursive: false, script_dir: null },
    onFile: meanwhile,
    onJobs: () => Promise.resolve(),
  })
}

test('a file that vanishes between the look at the folder and its turn is told', async () => {
  const drop = new JobDrop()
  const gone = ['b.sh', 'c.job.yaml', 'd.jsonl', 'e.job.json'].map((name) => drop.write(name, 'x'))
  drop.write('a.sh', 'echo\n')
  const read = await readWhile(drop, () => {
    for (const path of gone) rmSync(path, { force: true })
  })
  expect(places(read.problems)).toEqual(Array.from({ length: 4 }, () => '-:- NOT_FOUND'))
  expect(read.count).toBe(1)
})

test('a file that is replaced by a folder meanwhile is told', async () => {
  const drop = new JobDrop()
  drop.write('a.sh', 'echo\n')
  const read = await readWhile(drop, (file) => {
    rmSync(file)
    drop.write('a.sh/inside', '')
  })
  expect(places(read.problems)).toEqual(['-:- NOT_A_FILE'])
})

test.each([
  [
    'grows',
    (path: string) => {
      appendFileSync(path, 'more')
    },
  ],
  [
    'is written anew',
    (path: string) => {
      writeFileSync(path, 'b')
    },
  ],
])('a file that %s while it is read is a fault', (_what, change) => {
  const drop = new JobDrop()
  const path = drop.write('a.sh', 'abc')
  const file = new RegularFile(path)
  change(path)
  expect(() => readWhole(file, 100, 'A script')).toThrow('changed while it was read')
  file.close()
})

test.each([
  ['a.job.yaml', MAX_YAML_BYTES, 'command: x\n#'],
  ['a.job.json', MAX_JSON_BYTES, '{"command":"x"}'],
])('%s may have %i bytes and not one more', async (name, limit, start) => {
  const drop = new JobDrop()
  const fits = start.padEnd(limit, name.endsWith('json') ? ' ' : '#')
  expect((await drop.readText(name, fits)).problems).toEqual([])
  const { problems } = await drop.readText(name, `${fits} `)
  expect(places(problems)).toEqual(['-:- TOO_LARGE'])
  expect(problems[0]?.message).toContain(`${limit + 1} bytes`)
})

test('of many faulty files a thousand faults are listed, a hundred of each, and all are counted', async () => {
  const drop = new JobDrop()
  for (let index = 0; index < 12; index += 1) {
    drop.write(`${index}.jsonl`, '{"command":1}\n'.repeat(150))
  }
  const { problems, problem_count } = await drop.read()
  expect([problems.length, problem_count]).toEqual([MAX_PROBLEMS, 1_800])
  expect(problems.filter(({ file }) => file.endsWith('/0.jsonl'))).toHaveLength(100)
})

test('so many files are not taken at once', async () => {
  const drop = new JobDrop()
  drop.write('a.sh', 'echo\n')
  const { problems, count } = await drop.read(Array.from({ length: MAX_FILES + 1 }, () => 'a.sh'))
  expect(places(problems)).toEqual(['-:- TOO_MANY_FILES'])
  expect(count).toBe(MAX_FILES)
})

test('nothing to read is nothing, without a fault', async () => {
  expect(await new JobDrop().read([])).toEqual({
    count: 0,
    files: 0,
    problem_count: 0,
    problems: [],
    jobs: [],
    batches: [],
  })
})
