import { z } from 'zod'
import { DEFAULT_SETTINGS, settingsChangeSchema } from '../../../shared/settings.ts'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { SYNCHRONOUS } from './synchronous.ts'

/**
 * The settings as they stand in the data directory. What another version wrote, or what does not parse, gives way to the
 * default, field by field: nobody is kept out of the app by a setting.
 * @param synchronous the engine's own mark; it counts
 */
export function storedSettings(text: string | null, synchronous: string | null): Settings {
  const settings: Settings = { ...DEFAULT_SETTINGS, ...fieldsOf(text) }
  const known = SYNCHRONOUS.find((value) => value === synchronous)
  return known === undefined ? settings : { ...settings, synchronous: known }
}

function fieldsOf(text: string | null): SettingsChange {
  const written = parsed(text)
  let fields: SettingsChange = {}
  for (const [key, value] of Object.entries(written)) {
    const field = settingsChangeSchema.safeParse({ [key]: value })
    if (field.success) fields = { ...fields, ...field.data }
  }
  return fields
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    return z
      .record(z.string(), z.unknown())
      .catch({})
      .parse(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}
