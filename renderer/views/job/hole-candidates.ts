import type { JobSpec } from '../../../shared/job-spec.ts'

const MOST = 50
/** A word of a command for the shell that looks like a path or a file name. */
const PATH_WORD = /(?<=^|[\s'"=<>])[^\s'"=<>|;&$()`]*[./\\][^\s'"=<>|;&$()`]*/g

/** Texts of a job in whose place a file may come, the likeliest first. */
export function holeCandidates({ task }: JobSpec): readonly string[] {
  const words = wordsOf(task)
  const paths = words.filter((word) => /[^.]\.[^./\\\s]+$/.test(word) && !word.startsWith('-'))
  return [...new Set([...paths, ...words])].filter((word) => word !== '').slice(0, MOST)
}

function wordsOf(task: JobSpec['task']): readonly string[] {
  switch (task.kind) {
    case 'command':
      return task.argv?.slice(1) ?? [...(task.shell_command ?? '').matchAll(PATH_WORD)].map(([word]) => word)
    case 'script':
      return task.args
    case 'module':
      return textsIn(task.with)
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((inner: unknown) => textsIn(inner))
}
