import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import type { NewJob } from '../../../shared/job-spec.ts'

function runs(jobs: readonly NewJob[]): unknown[] {
  return jobs.map(({ spec: { task } }) =>
    task.kind === 'command' ? (task.argv ?? task.shell_command) : task.kind,
  )
}

/** A folder with a recipe, and data for it in `data`. */
class RecipeFolder extends JobDrop {
  readonly data = this.path('data')

  recipe(text: string, name = 'r.recipe.yaml'): this {
    this.write(name, text)
    return this
  }

  files(...below: readonly string[]): this {
    for (const name of below) this.write(join('data', name), '')
    return this
  }

  drop(paths: readonly string[] = [this.data], options: Parameters<JobDrop['read']>[1] = {}) {
    return this.read(paths, { recipe: { file: this.path('r.recipe.yaml') }, ...options })
  }

  /** Paths below the data folder, without it. */
  below(values: unknown): unknown {
    const text = JSON.stringify(values).replaceAll(`${this.data}/`, '')
    const parsed: unknown = JSON.parse(text)
    return parsed
  }
}

describe('a drop on a recipe', () => {
  it('is one job for each file it accepts, folders to the bottom and in natural order', async () => {
    const folder = new RecipeFolder().recipe(
      `accepts: ['*.mov', .MKV, 'raw/*.avi']\ncommand: [ffmpeg, -i, '{}', '{output}']\noutput: converted/{/.}.mp4\n`,
    )
    folder.files(
      'b10.mov',
      'b9.MOV',
      'a.txt',
      'sub/c.mkv',
      'raw/d.avi',
      'sub/d.avi',
      '.hidden.mov',
      'converted/b9.mov',
    )
    const { jobs, problems, files } = await folder.drop()
    expect(problems).toEqual([])
    expect(folder.below(runs(jobs))).toEqual([
      ['ffmpeg', '-i', 'b9.MOV', 'converted/b9.mp4'],
      ['ffmpeg', '-i', 'b10.mov', 'converted/b10.mp4'],
      ['ffmpeg', '-i', 'raw/d.avi', 'converted/d.mp4'],
      ['ffmpeg', '-i', 'sub/c.mkv', 'converted/c.mp4'],
    ])
    expect(files).toBe(4)
    expect(names(jobs)).toEqual(['r b9.MOV', 'r b10.mov', 'r d.avi', 'r c.mkv'])
    expect(jobs[0]?.spec).toMatchObject({
      cwd: folder.data,
      source: { file: folder.path('r.recipe.yaml'), line: 1 },
    })
    expect(existsSync(join(folder.data, 'converted', 'raw'))).toBe(false)
  })

  it('mirrors the tree below the output, and makes its folders when it is queued but not in a preview', async () => {
    const folder = new RecipeFolder().recipe(
      `command: cp {} {output}\noutput: ../out/{/.}.bak\nmirror_tree: true\n`,
    )
    folder.files('a', 'x/y/a')
    const { jobs, problems } = await folder.drop()
    expect(problems).toEqual([])
    const out = folder.path('out')
    expect(runs(jobs)).toEqual([
      `cp ${folder.data}/a ${out}/a.bak`,
      `cp ${folder.data}/x/y/a ${out}/x/y/a.bak`,
    ])
    expect(existsSync(out)).toBe(false)
    await folder.drop(undefined, { script_dir: folder.path('scripts') })
    expect(existsSync(join(out, 'x', 'y'))).toBe(true)
    const one = await folder.drop([join(folder.data, 'x/y/a')], {
      recipe: { file: folder.path('r.recipe.yaml'), root: folder.data },
    })
    expect(runs(one.jobs)).toEqual([`cp ${folder.data}/x/y/a ${out}/x/y/a.bak`])
  })

  it('skips, renames or overwrites where the output exists', async () => {
    const folder = new RecipeFolder().files('a.png', 'b.png', 'out/a.jpg', 'out/a (2).jpg')
    const text = `command: [convert, '{}', '{output}']\naccepts: [.png]\noutput: out/{/.}.jpg\n`
    const skip = await folder.recipe(text).drop()
    expect(folder.below(runs(skip.jobs))).toEqual([['convert', 'b.png', 'out/b.jpg']])
    expect(folder.below(skip.left_files)).toEqual({
      count: 1,
      first: [{ file: 'a.png', output: 'out/a.jpg' }],
    })
    const rename = await folder.recipe(`${text}if_exists: rename\n`).drop()
    expect(folder.below(runs(rename.jobs))).toEqual([
      ['convert', 'a.png', 'out/a (3).jpg'],
      ['convert', 'b.png', 'out/b.jpg'],
    ])
    const overwrite = await folder.recipe(`${text}if_exists: overwrite\n`).drop()
    expect(folder.below(runs(overwrite.jobs))).toEqual([
      ['convert', 'a.png', 'out/a.jpg'],
      ['convert', 'b.png', 'out/b.jpg'],
    ])
  })

  it('never writes two results to one place, nor over the file itself', async () => {
    const folder = new RecipeFolder().files('x/a.mov', 'y/a.mov')
    const text = `command: [t, '{}', '{output}']\naccepts: [.mov]\n`
    const rename = await folder.recipe(`${text}output: out/{/}\nif_exists: rename\n`).drop()
    expect(folder.below(runs(rename.jobs))).toEqual([
      ['t', 'x/a.mov', 'out/a.mov'],
      ['t', 'y/a.mov', 'out/a (2).mov'],
    ])
    const skip = await folder.recipe(`${text}output: out/{/}\n`).drop()
    expect(skip.count).toBe(1)
    expect(skip.problems).toMatchObject([{ file: join(folder.data, 'y/a.mov'), code: 'OUTPUT_TAKEN' }])
    const self = await folder.recipe(`${text}output: '{}'\nif_exists: overwrite\n`).drop()
    expect(self.problems.map(({ code }) => code)).toEqual(['OUTPUT_TAKEN', 'OUTPUT_TAKEN'])
    const matrix = `strategy: { matrix: { q: [1, 2] } }\n`
    const swept = await folder
      .recipe(`${text}output: 'out/{/.}-\${{ matrix.q }}'\nmirror_tree: true\n${matrix}`)
      .drop()
    expect(folder.below(runs(swept.jobs))).toEqual([
      ['t', 'x/a.mov', 'out/x/a-1'],
      ['t', 'x/a.mov', 'out/x/a-2'],
      ['t', 'y/a.mov', 'out/y/a-1'],
      ['t', 'y/a.mov', 'out/y/a-2'],
    ])
    expect(swept.jobs[0]?.sweep).toBeDefined()
  })

  it('quotes hostile names for the shell, and counts them as text everywhere else', async () => {
    const folder = new RecipeFolder().recipe(
      `command: wc -c {} > {output}\nenv: { NAME: '{/}' }\noutput: out/{/}.txt\n`,
    )
    folder.files(`$(touch x); 'a' "b".md`, '-rf', '{}{%}.md', 'a\nb.md')
    const { jobs, problems } = await folder.drop()
    expect(problems).toEqual([])
    expect(jobs.map(({ spec }) => spec.env?.['NAME']).sort()).toEqual(
      [`$(touch x); 'a' "b".md`, '-rf', '{}{%}.md', 'a\nb.md'].sort(),
    )
    const evil = runs(jobs).find((text) => String(text).includes('touch'))
    expect(evil).toBe(
      `wc -c '${folder.data}/$(touch x); '"'"'a'"'"' "b".md' > '${folder.data}/out/$(touch x); '"'"'a'"'"' "b".md.txt'`,
    )
    expect(names(jobs).every((name) => !name.includes('\n'))).toBe(true)
  })

  it('takes a table row by row where the recipe names a column, and the table itself where it accepts it', async () => {
    const folder = new RecipeFolder()
    const table = folder.write('data/t.csv', 'src,width\nin 1.png,320\n"b,c.png"\nd.png,640\n')
    const text = `command: [resize, '{src}', '{width}', '{output}']\noutput: out/{src/.}-{width}.png\n`
    const rows = await folder.recipe(text).drop()
    expect(folder.below(runs(rows.jobs))).toEqual([
      ['resize', 'in 1.png', '320', 'out/in 1-320.png'],
      ['resize', 'd.png', '640', 'out/d-640.png'],
    ])
    expect(rows.problems).toMatchObject([{ file: table, line: 3, code: 'INVALID' }])
    const whole = await folder.recipe(`accepts: [.csv]\ncommand: [count, '{}']\n`).drop()
    expect(folder.below(runs(whole.jobs))).toEqual([['count', 't.csv']])
    const missing = await folder
      .recipe(`columns: [src, widht]\ncommand: ['{src}', '\${{ inputs.widht }}']\n`)
      .drop()
    expect(places(missing.problems)).toEqual(['1:1 MISSING'])
    expect(missing.problems[0]?.message).toContain('Is it the one called "width"?')
  })

  it('tells of a link that leads to itself and a name that is no text, and takes the others', async () => {
    const folder = new RecipeFolder().recipe(`command: [t, '{}']\n`).files('a', 'z')
    symlinkSync('loop', join(folder.data, 'loop'))
    // Other systems take no such name.
    const takes_bytes = process.platform === 'linux'
    if (takes_bytes) writeFileSync(Buffer.from(`${folder.data}/b\xff`, 'latin1'), '')
    const { problems, jobs } = await folder.drop()
    expect(folder.below(runs(jobs))).toEqual([
      ['t', 'a'],
      ['t', 'z'],
    ])
    expect(problems.map(({ message }) => message)).toEqual([
      ...(takes_bytes ? ['The name of this file is not UTF-8. Rename it.'] : []),
      'This link leads to itself.',
    ])
  })

  it('tells what a recipe does not take, and where there is nothing for it', async () => {
    const folder = new RecipeFolder().recipe(`accepts: [.mov]\ncommand: [t, '{}']\n`).files('a.txt')
    mkdirSync(folder.path('empty'))
    const { problems, count } = await folder.drop([
      join(folder.data, 'a.txt'),
      folder.path('empty'),
      folder.path('no'),
    ])
    expect(count).toBe(0)
    expect(problems.map(({ code }) => code)).toEqual(['NOT_ACCEPTED', 'NO_INPUTS', 'NOT_FOUND'])
    expect(problems[0]?.message).toBe('The recipe r takes .mov.')
  })
})

describe('a recipe', () => {
  it.each([
    ['command: [t]\n', '1:1 MISSING'],
    [`command: [t, '{}']\nmirror_tree: true\n`, '2:1 CONFLICT mirror_tree'],
    [`command: [t, '{}']\noutput: x\nif_exists: keep\n`, '3:12 INVALID if_exists'],
    [`command: [t, '{output}']\n`, '1:1 MISSING'],
    [`command: [t, '{}']\ninputs: { files: '*' }\n`, '2:1 UNKNOWN_KEY inputs'],
    [`command: "t '{}'"\n`, '1:10 BAD_EXPRESSION command'],
    [`command: [t, '{}', '\${{ inputs.width }}']\n`, '1:20 UNKNOWN_VALUE command[2]'],
    [`command: [t, '{}', 1.10]\n`, '1:20 INVALID command[2]'],
    ['', '1:1 EMPTY'],
    ['- a\n', '1:1 INVALID'],
    ['a: [\n', '2:1 SYNTAX'],
    [`jobs: [{ command: [t, '{}'] }]\ncommand: [t, '{}']\n`, '1:1 UNKNOWN_KEY jobs'],
  ])('%j is told at its place', async (text, place) => {
    const folder = new RecipeFolder().recipe(text).files('a')
    const { problems, count } = await folder.drop()
    expect(places(problems)).toEqual([place])
    expect(count).toBe(0)
  })
})
