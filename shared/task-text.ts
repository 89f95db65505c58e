import { missingCase } from './errors.ts'
import type { Task } from './job-spec.ts'

/** What a job runs, in one line. */
export function taskText(task: Task): string {
  switch (task.kind) {
    case 'command':
      return task.shell_command ?? (task.argv ?? []).map(quoted).join(' ')
    case 'script':
      return [...task.interpreter, task.original_path, ...task.args].map(quoted).join(' ')
    case 'module':
      return task.with === undefined ? task.module : `${task.module} ${JSON.stringify(task.with)}`
    default:
      return missingCase(task)
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)
}
