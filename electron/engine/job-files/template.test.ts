import { describe, expect, it } from 'vitest'
import { shellQuote } from './replacement.ts'
import { compileTemplate, fillTemplate } from './template.ts'
import type { TemplateScope } from './template.ts'

const SCOPE: TemplateScope = {
  sources: ['file', 'crf'],
  matrix: new Set(['os', 'node']),
  env: { HOME: '/home/a b', EMPTY: '' },
}
const ROW = {
  values: ['in dir/a b.mov', '18'],
  matrix: { os: 'linux', node: { version: 22, tags: ['x'] } },
  number: 7,
  slot_mark: '{%}',
}

function fill(text: string, { shell = false, scope = SCOPE } = {}): string | null {
  const use = { shell, platform: 'linux' } as const
  const template = compileTemplate(text, scope, use)
  if (template !== null && 'message' in template) return `${template.code}: ${template.message}`
  return template === null ? null : fillTemplate(template, ROW, use)
}

describe('a template', () => {
  it.each([
    ['{file/.}-{crf}.mp4', 'a b-18.mp4'],
    ['{2} {1//} {#}', '18 in dir 7'],
    ['${{ matrix.os }}/${{matrix.node.version}}', 'linux/22'],
    ["${{ inputs.file }} ${{ inputs['crf'] }}", 'in dir/a b.mov 18'],
    ['${{ env.HOME }}|${{ env.EMPTY }}|', '/home/a b||'],
    ['${{ matrix.node }} ${{ matrix.node.missing }}', '{"version":22,"tags":["x"]} '],
    ["${{ '{}' }} ${{ 'it''s' }}", "{} it's"],
  ])('%s is filled as %s', (text, filled) => {
    expect(fill(text)).toBe(filled)
  })

  it.each([
    'plain',
    '{',
    '}',
    '{other}',
    '{a,b}',
    "awk '{print $1}'",
    '$HOME',
    '{0}',
    '{1x}',
    '{file.x}',
    '{\n}',
  ])('%j has no hole', (text) => {
    expect(fill(text)).toBeNull()
  })

  it('is found in time that grows with its length, whatever it holds', () => {
    const long = '${{'.repeat(300_000)
    expect(fill(long)).toBeNull()
    expect(fill(`${'{'.repeat(300_000)}{#}`)).toBe(`${'{'.repeat(300_000)}7`)
    const value = 'a'.repeat(500_000)
    for (const part of ['{1}', '{1.}', '{1/}', '{1//}', '{1/.}']) {
      const template = compileTemplate(part, SCOPE, { shell: true })
      if (template === null || 'message' in template) throw new Error('no template')
      const text = fillTemplate(template, { ...ROW, values: [value] }, { shell: true })
      expect(text).toBe(part === '{1//}' ? '.' : value)
    }
    expect(fill(`\${{ raw(${' '.repeat(300_000)} }}`)).toContain('BAD_EXPRESSION')
    expect(fill(`${'{x'.repeat(300_000)}}{2}`)?.slice(-3)).toBe('}18')
  })

  it('leaves braces alone where there are no inputs', () => {
    const scope = { ...SCOPE, sources: null }
    expect(fill('{} {1} {file}', { scope })).toBeNull()
    expect(fill('{} ${{ matrix.os }}', { scope })).toBe('{} linux')
  })

  it('is quoted for the shell, except what is raw, a number or a text of its own', () => {
    expect(fill('cp {1} ${{ raw(env.HOME) }} {#}', { shell: true })).toBe("cp 'in dir/a b.mov' /home/a b 7")
    expect(fill("x ${{ '*.c' }} ${{ env.HOME }}", { shell: true })).toBe("x *.c '/home/a b'")
  })

  it.each([
    ['${{ matrix.nod }}', 'Did you mean "node"?'],
    ['${{ matrix.zebra }}', 'The matrix has no "zebra". It has os, node.'],
    ['${{ inputs.fil }}', 'Did you mean "file"?'],
    ['${{ env.NOT_THERE_AT_ALL }}', 'The environment has no "NOT_THERE_AT_ALL"'],
    ['${{ github.sha }}', 'Known are matrix, inputs, env and needs.'],
  ])('%s names nothing', (text, hint) => {
    expect(fill(text)).toMatch(/^UNKNOWN_VALUE: /)
    expect(fill(text)).toContain(hint)
  })

  it.each(['${{ }}', '${{ matrix }}', '${{ matrix.os + 1 }}', '${{ toJSON(matrix) }}', "${{ 'open }}"])(
    '%s is not understood',
    (text) => {
      expect(fill(text)).toMatch(/^BAD_EXPRESSION: .* is not understood/)
    },
  )
})

describe('a hole inside quotes', () => {
  it.each([
    'cp "{}" x',
    "cp '{}' x",
    `sh -c 'echo {}'`,
    'echo "$HOME/{/}"',
    'echo "\\"{}"',
    'echo "$(date) {}"',
    'echo `date "+{}"`',
    "echo $(printf '%s' 'a{}')",
    "# it's\ncp '{}' x",
  ])('is a fault: %s', (text) => {
    expect(fill(text, { shell: true })).toMatch(/^BAD_EXPRESSION: .* stands inside quotes/)
  })

  it.each([
    'cp {} "x"',
    `cp "a"{}'b' x`,
    'echo "$(basename {})"',
    'echo \\"{}\\"',
    "echo 'it'\\''s' {}",
    "x # don't\ncp {} y",
    "cat <<'EOF'\nit's {}\nEOF",
    'echo "{#} {%}"',
    "echo '${{ raw(matrix.os) }}'",
    'case $x in a) echo "y";; b) echo {};; esac',
  ])('is none: %s', (text) => {
    expect(fill(text, { shell: true })).not.toMatch(/^BAD_EXPRESSION/)
  })

  it('is of no matter where no shell reads the text', () => {
    expect(fill('"{2}"')).toBe('"18"')
  })
})

describe('quoting for cmd.exe', () => {
  it.each([
    ['plain-1.txt', 'plain-1.txt'],
    ['C:\\dir\\a.txt', 'C:\\dir\\a.txt'],
    ['', '""'],
    ['a b', '"a b"'],
    ['dir with space\\', '"dir with space\\\\"'],
    ['a & b', '"a & b"'],
    ['100%', '"100"^%""'],
    ['say "hi"', '"say \\"hi\\""'],
  ])('%s is written %s', (value, written) => {
    expect(shellQuote(value, 'win32')).toBe(written)
  })
})
