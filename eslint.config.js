import js from '@eslint/js'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import svelte from 'eslint-plugin-svelte'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { importTableRule } from './scripts/lint/import-table-rule.ts'
import svelteConfig from './svelte.config.js'

const jobyard = { rules: { 'import-table': importTableRule } }
const typed = ['**/*.ts', '**/*.svelte']

export default defineConfig(
  {
    ignores: [
      'out/',
      'dist/',
      'coverage/',
      'bench/node_modules/',
      'resources/',
      'tests/fixtures/.*',
      'tests/fixtures/data/',
      'tests/fixtures/**/*.{js,mjs,cjs}',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Numbers read well in a template; anything else must be turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // tsc reports the same, and knows the globals of each room.
      'no-undef': 'off',
    },
  },
  {
    // A cast is no check. Tests may cast: what they get wrong shows.
    files: ['{electron,renderer,shared}/**'],
    ignores: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-unsafe-type-assertion': 'error' },
  },
  {
    // The peers' packages are installed by whoever runs the benchmarks only, so there may be no types to go by.
    files: ['bench/peers/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: {
      parserOptions: { parser: tseslint.parser, svelteConfig },
    },
  },
  {
    files: ['**/*.{ts,js,svelte}'],
    plugins: { 'import-x': importX, jobyard },
    settings: {
      'import-x/extensions': ['.ts', '.js', '.svelte'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'], 'svelte-eslint-parser': ['.svelte'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.svelte'] })],
    },
    rules: {
      'jobyard/import-table': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.object.name="vi"][callee.property.name=/^(do)?[mM]ock$/]',
          message:
            'No module mocks: give the code a fake through its port (docs/architecture.md, section 3).',
        },
      ],
    },
  },
  {
    // Has to be read by a Node of 2019, so that it can say that it needs a newer one.
    files: ['**/*.cjs'],
    languageOptions: {
      ecmaVersion: 2020,
      sourceType: 'commonjs',
      globals: {
        ...{ require: 'readonly', module: 'writable', __dirname: 'readonly', __filename: 'readonly' },
        ...{ process: 'readonly', console: 'readonly', setTimeout: 'readonly' },
      },
    },
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ChainExpression', message: 'Node 12 does not know `?.`.' },
        { selector: 'LogicalExpression[operator="??"]', message: 'Node 12 does not know `??`.' },
        { selector: 'Literal[value=/^node:/]', message: 'Node 12 does not know `node:`.' },
      ],
    },
  },
)
