/** The file name under which pasted text is read: its ending decides by what. */
export function pastedName(text: string): string {
  const start = text.trimStart()
  if (start.startsWith('#!')) return `pasted${scriptEnding(start.split('\n', 1)[0] ?? '')}`
  if (start.startsWith('{') || start.startsWith('[')) {
    return isJsonLines(start) ? 'pasted.jsonl' : 'pasted.job.json'
  }
  if (/^(?:version|name|command|script|module|jobs|defaults)\s*:/m.test(text)) return 'pasted.job.yaml'
  return 'pasted.sh'
}

function scriptEnding(first_line: string): string {
  if (/\bpython[\d.]*\b/.test(first_line)) return '.py'
  if (/\bnode\b/.test(first_line)) return '.js'
  return /\bbash\b/.test(first_line) ? '.bash' : '.sh'
}

function isJsonLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line))
}
