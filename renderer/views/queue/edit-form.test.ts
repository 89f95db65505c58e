import { expect, test } from 'vitest'
import type { JobSpec } from '../../../shared/job-spec.ts'
import { durationText, formOf, specOf } from './edit-form.ts'

const spec: JobSpec = {
  name: 'build',
  task: { kind: 'command', argv: ['make', '-j 4'], shell_command: null },
  cwd: '/src',
  env: { A: '1=2' },
  slots: 2,
  timeout_ms: 90_000,
}

test('a form that was not touched gives the same spec, with the defaults said', () => {
  expect(specOf(spec, formOf(spec))).toEqual({ spec: { ...spec, group: 'default', priority: 0 } })
})

test('what is emptied is gone, what the form does not show stays', () => {
  const made = specOf(spec, { ...formOf(spec), env: '', timeout: '' })
  expect(made).toEqual({
    spec: { name: 'build', task: spec.task, cwd: '/src', slots: 2, group: 'default', priority: 0 },
  })
})

test('every fault is told beside its field', () => {
  const form = { ...formOf(spec), name: ' ', env: 'x', priority: '1.5', retries: '-1', timeout: 'soon' }
  const made = specOf(spec, form)
  expect(Object.keys('faults' in made ? made.faults : {})).toEqual([
    'name',
    'env',
    'priority',
    'retries',
    'timeout',
  ])
})

test('the input of a module must be JSON', () => {
  const of: JobSpec = { ...spec, task: { kind: 'module', module: '/m.mjs', with: { a: 1 } } }
  expect(specOf(of, { ...formOf(of), command: '{"a":2}' })).toMatchObject({
    spec: { task: { with: { a: 2 } } },
  })
  expect(specOf(of, { ...formOf(of), command: '{' })).toHaveProperty('faults.command')
})

test('durations read back as they were', () => {
  expect([90_000, 3_600_000, 120_000, 1_500].map(durationText)).toEqual(['90s', '1h', '2m', '1500ms'])
})
