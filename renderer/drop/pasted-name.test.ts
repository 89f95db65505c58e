import { expect, test } from 'vitest'
import { pastedName } from './pasted-name.ts'

test('pasted text is read as what it looks like', () => {
  expect(pastedName('#!/usr/bin/env python3\nprint(1)')).toBe('pasted.py')
  expect(pastedName('#!/bin/bash\nls')).toBe('pasted.bash')
  expect(pastedName('{"jobs": [\n]}')).toBe('pasted.job.json')
  expect(pastedName('{"command":"a"}\n{"command":"b"}\n')).toBe('pasted.jsonl')
  expect(pastedName('version: 1\njobs:\n  - command: ls')).toBe('pasted.job.yaml')
})

test('any other text is a shell script', () => {
  expect(pastedName('make all')).toBe('pasted.sh')
})
