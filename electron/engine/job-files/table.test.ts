import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JobDrop, names, places } from '../../../tests/fakes/job-drop.ts'
import type { DropRead } from '../../../tests/fakes/job-drop.ts'

function commands({ jobs }: DropRead): (string | null)[] {
  return jobs.map(({ spec }) => (spec.task.kind === 'command' ? spec.task.shell_command : null))
}

/** The cells of the first row as the reader understands them: each column is a value, printed by the command. */
async function cellsOf(csv: string, columns: number): Promise<(string | undefined)[]> {
  const drop = new JobDrop()
  const header = Array.from({ length: columns }, (_, index) => `v${index}`).join(',')
  const env = Array.from({ length: columns }, (_, index) => `env.C${index}`).join(',')
  const cells = Array.from({ length: columns }, (_, index) => `{v${index}}`).join(',')
  const { jobs, problems } = await drop.readText('a.csv', `command,${env},${header}\r\nx,${cells},${csv}`)
  expect(problems).toEqual([])
  return Object.values(jobs[0]?.spec.env ?? {})
}

describe('RFC 4180, section 2, rule', () => {
  test.each([
    ['1: each record is on a line of its own', 'aaa,bbb,ccc\r\n', ['aaa', 'bbb', 'ccc']],
    ['2: the last record may have no line break', 'zzz,yyy,xxx', ['zzz', 'yyy', 'xxx']],
    ['4: spaces are part of a cell', ' aaa ,  , b b\r\n', [' aaa ', '  ', ' b b']],
    ['5: each cell may stand in quotes', '"aaa","bbb","ccc"\r\nx', ['aaa', 'bbb', 'ccc']],
    ['5: or only some of them', '"aaa",bbb,""\r\n', ['aaa', 'bbb', '']],
    ['6: line breaks and commas may stand in quotes', '"aaa","b\r\nbb","c,c"\r\n', ['aaa', 'b\r\nbb', 'c,c']],
    ['7: a quote in quotes is written twice', '"aaa","b""bb",""""""\r\n', ['aaa', 'b"bb', '""']],
  ])('%s', async (_, csv, cells) => {
    // A further row that has one cell only ends the last one of the case.
    expect(await cellsOf(csv.replace(/\r\nx$/, '\r\n'), 3)).toEqual(cells)
  })

  test('whatever it is made of, a row is read the same behind one that goes over two lines', async () => {
    const cell = fc.array(fc.constantFrom('a', 'ß', ' ', ',', '"', '\n', '\t', "'"), { maxLength: 4 })
    const written = fc.tuple(cell, fc.boolean()).map(([chars, in_quotes]) => {
      const text = chars.join('')
      return in_quotes || /[,"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    const rows = fc.array(fc.array(written, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(rows, async (lines) => {
        const csv = lines.map((cells) => `x,${cells.join(',')}`).join('\r\n')
        const drop = new JobDrop()
        const [alone, behind] = await Promise.all([
          drop.readText('a.csv', `command,env.A,env.B\r\n${csv}`),
          drop.readText('b.csv', `command,env.A,env.B\r\nx,"1\n2",\r\n${csv}`),
        ])
        const envs = ({ jobs }: DropRead) => jobs.map(({ spec }) => spec.env)
        expect(envs(behind).slice(1)).toEqual(envs(alone))
        expect([alone.problems, behind.problems]).toEqual([[], []])
      }),
      { numRuns: 60 },
    )
  })

  test('3: the first record is a header with as many cells as the others', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', 'name,command\r\none,echo 1\r\ntwo\r\nthree,echo 3,more\r\n')
    expect(names(read.jobs)).toEqual(['one'])
    expect(places(read.problems)).toEqual(['3:1 INVALID', '4:14 INVALID'])
    expect(read.problems[1]?.message).toContain('3 cells')
  })
})

describe('what is written against RFC 4180', () => {
  test('a quote inside a bare cell spoils its row only, and is told once', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', 'command\necho "hi, there", "x"\necho good\n')
    expect(places(read.problems)).toEqual(['2:6 SYNTAX'])
    expect(read.problems[0]?.message).toContain('twice')
    expect(commands(read)).toEqual(['echo good'])
  })

  test('after a quote in the wrong place nothing more is read', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', 'command\ngood\n"a"b\nlater\n')
    expect(places(read.problems)).toEqual(['3:3 SYNTAX'])
    expect(commands(read)).toEqual(['good'])
  })

  test('a quote that is not closed is told where its row begins', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', 'command\ngood\n"a\nb\nc\n')
    expect(places(read.problems)).toEqual(['3:1 SYNTAX'])
    const endless = await drop.readText('b.csv', `command\ngood\n"a\n${'b\n'.repeat(600_000)}`)
    expect(places(endless.problems)).toEqual(['3:1 TOO_LARGE'])
  })

  test('a line that is not UTF-8 spoils the row it is in, and NUL ends the reading', async () => {
    const drop = new JobDrop()
    const text = 'command,env.A\ngood,1\n"x\n\xe9\n",2\n\xe9,3\nalso good,4\nn\0,5\nlater,6\n'
    const read = await drop.readText('a.csv', Buffer.from(text, 'latin1'))
    expect(places(read.problems)).toEqual(['4:1 ENCODING', '6:1 ENCODING', '8:2 NUL_BYTE'])
    expect(commands(read)).toEqual(['good', 'also good'])
  })
})

describe('a table', () => {
  test('with a byte order mark, CRLF and empty rows is read like one without', async () => {
    const drop = new JobDrop()
    const read = await drop.readText(
      'a.csv',
      '\ufeffname,command\r\n\r\none,"echo ""a"""\r\n,\r\ntwo,echo b\r\n',
    )
    expect(read.problems).toEqual([])
    expect(names(read.jobs)).toEqual(['one', 'two'])
    expect(commands(read)).toEqual(['echo "a"', 'echo b'])
    expect(read.jobs.map(({ spec }) => spec.source?.line)).toEqual([3, 5])
  })

  test('may have tabs, where quotes need no quotes, or the semicolons of a spreadsheet', async () => {
    const drop = new JobDrop()
    const tabs = await drop.readText('a.tsv', 'name\tcommand\none\techo "a, b"\ntwo\t"echo ""c\td"""\n')
    expect([tabs.problems, commands(tabs)]).toEqual([[], ['echo "a, b"', 'echo "c\td"']])
    const semicolons = await drop.readText('b.csv', 'name;command\none;echo a,b\n')
    expect([semicolons.problems, commands(semicolons)]).toEqual([[], ['echo a,b']])
  })

  test('has keys of a job as columns, with the values they have in a job file', async () => {
    const drop = new JobDrop()
    const header =
      'Name,command,cwd,GROUP,priority,slots,hold,delay,timeout,retry.limit,retry.exit_codes,env.A,env.b.C,unique'
    const row = 'one,echo 1,sub,10,7,2,TRUE,90,1h30m,3,75 76,007,x y,key'
    const { jobs, problems } = await drop.readText('a.csv', `${header}\n${row}\nsecond${','.repeat(13)}\n`)
    expect(places(problems)).toEqual(['3:1 MISSING'])
    expect(jobs[0]?.spec).toMatchObject({
      ...{ name: 'one', cwd: drop.path('sub'), group: '10', priority: 7, slots: 2, hold: true },
      ...{ delay_ms: 90_000, timeout_ms: 5_400_000, env: { A: '007', 'b.C': 'x y' } },
      retry: { limit: 3, exit_codes: [75, 76] },
      unique: { key: 'key' },
    })
  })

  test('leaves keys out whose cells are empty', async () => {
    const drop = new JobDrop()
    const { jobs } = await drop.readText('a.csv', 'command,priority,name,\nx,,,\n')
    expect(jobs.map(({ spec }) => spec)).toEqual([
      {
        name: 'x',
        task: { kind: 'command', argv: null, shell_command: 'x' },
        cwd: drop.dir,
        source: { file: drop.path('a.csv'), line: 2 },
      },
    ])
  })

  test('puts the cells of all other columns into the texts of their row, quoted for the shell', async () => {
    const drop = new JobDrop()
    const read = await drop.readText(
      'a.csv',
      'file,Crf,name,command,env.F,group\n"a b\'$(x).mov",18,"{file/}: {Crf}","cp {file} {file.}.{Crf}; echo {} {#} {other} ${{ inputs.file }}",{file},g{Crf}\n',
    )
    expect(read.problems).toEqual([])
    const quoted = `'a b'"'"'$(x).mov'`
    expect(commands(read)).toEqual([`cp ${quoted} 'a b'"'"'$(x)'.18; echo {} {#} {other} ${quoted}`])
    expect(read.jobs[0]?.spec).toMatchObject({
      name: `a b'$(x).mov: 18`,
      env: { F: `a b'$(x).mov` },
      group: 'g18',
    })
  })

  test('makes a name of one line of values that have more, but asks for one where a name is written', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', `name,v,command\n{v},"a\n${'b'.repeat(300)}",x\n"a\nb",,x\n`)
    expect(names(read.jobs)).toEqual([`a ${'b'.repeat(197)}…`])
    expect(places(read.problems)).toEqual(['4:1 INVALID name'])
  })

  test('without other columns replaces nothing', async () => {
    const drop = new JobDrop()
    const read = await drop.readText('a.csv', 'name,command\na,"echo {name} ${{ x }}"\n')
    expect([read.problems, commands(read)]).toEqual([[], ['echo {name} ${{ x }}']])
  })

  test('tells a fault at the line and column of its cell, also behind line breaks', async () => {
    const drop = new JobDrop()
    const read = await drop.readText(
      'a.csv',
      'command,priority,timeout,v\n"echo\n{v}","hi, gh",soon,1\necho "{v}",,,1\n"echo ""{v}""",,,1\ngood,1,1s,1\n',
    )
    expect(places(read.problems)).toEqual([
      '3:6 INVALID priority',
      '3:15 INVALID timeout',
      '4:6 SYNTAX',
      '5:1 BAD_EXPRESSION command',
    ])
    expect(commands(read)).toEqual(['good'])
  })

  test('counts lines as editors do, whatever line breaks stand in cells', async () => {
    const drop = new JobDrop()
    const read = await drop.readText(
      'a.csv',
      'command,priority\r\n"a\r\nb\rc",1\r\né"x",1\n"x\r\ny",high\r\nz,low',
    )
    expect(places(read.problems)).toEqual(['4:2 SYNTAX', '6:4 INVALID priority', '7:3 INVALID priority'])
  })

  test.each([
    ['command,needs,args\nx,y,z\n', ['1:9 CONFLICT', '1:15 CONFLICT']],
    ['command,name,Name\nx,y,z\n', ['1:14 DUPLICATE_KEY']],
    ['command,retry,retry.interval\nx,1,1s\n', ['1:9 CONFLICT']],
    ['command,env\nx,y\n', ['1:9 CONFLICT']],
    ['command,prioritty,size\nx,5,6\n', ['1:9 UNKNOWN_KEY']],
    ['command,,name\nx,what,n\n', ['2:3 INVALID']],
    ['command,retry.limt\nx,2\n', ['2:3 MISSING retry.limit', '2:3 UNKNOWN_KEY retry.limt']],
    ['command\n\n', ['1:1 EMPTY']],
    ['', ['1:1 EMPTY']],
  ])('with a wrong header is told: %j', async (text, expected) => {
    const drop = new JobDrop()
    expect(places((await drop.readText('a.csv', text)).problems)).toEqual(expected)
  })

  test('without a column "command" is a fault where it is named, and passed over in a folder', async () => {
    const drop = new JobDrop()
    const path = drop.write('data.csv', 'cmd,size\nls,5\n')
    drop.write('jobs.csv', 'command\nls\n')
    drop.write('utf16.csv', Buffer.from([0xff, 0xfe, 0x61, 0]))
    const named = await drop.read([path])
    expect(places(named.problems)).toEqual(['1:1 NOT_A_JOB_FILE'])
    expect(named.problems[0]?.message).toContain('"cmd"')
    const folder = await drop.read()
    expect([folder.problems, folder.files, commands(folder)]).toEqual([[], 1, ['ls']])
  })

  test('is read in bounded batches, and only counted beyond what is wanted', async () => {
    const drop = new JobDrop()
    const path = drop.write('a.csv', `v,command\n${'a b,echo {v}\n'.repeat(2_000)}`)
    const all = await drop.read([path])
    expect([all.count, Math.max(...all.batches), all.problems]).toEqual([2_000, 512, []])
    const first = await drop.read([path], { wanted: 10 })
    expect([first.count, first.jobs.length]).toEqual([2_000, 10])
  })
})
