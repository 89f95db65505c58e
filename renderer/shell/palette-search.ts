import { computeCommandScore } from 'bits-ui'
import type { PaletteCommand } from './palette-commands.ts'

/** The commands that fit, best first; without text all of them, as they come. */
export function findCommands(commands: readonly PaletteCommand[], text: string): readonly PaletteCommand[] {
  const wanted = text.trim()
  if (wanted === '') return commands
  return commands
    .map((command) => ({
      command,
      score: computeCommandScore(command.label, wanted, [...(command.words ?? [])]),
    }))
    .filter(({ score }) => score > 0.05)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command)
}
