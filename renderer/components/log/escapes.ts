/**
 * What programs print beside text. Colours (SGR, `ESC [ … m`) stay in a line and are read where it is painted; everything
 * else that moves cursors, sets titles or rings bells is taken out, because a log has no cursor.
 */

/* eslint-disable no-control-regex -- control characters are what this is about */
const NOT_COLOUR = new RegExp(
  [
    // CSI with any end but `m`, or a private one (`ESC [ ? 25 m` is no colour)
    '\\u001b\\[[0-?]*[ -/]*[@-ln-~]',
    '\\u001b\\[[<-?][0-?]*[ -/]*m',
    // OSC, DCS and the like, up to their end
    '\\u001b[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)',
    // a sequence that the end of the text has cut off
    '\\u001b(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\\u0007\\u001b]*)?$',
    // two-character sequences
    '\\u001b(?!\\[)[ -/]*[0-~]',
    // other control characters but tab and ESC
    '[\\u0000-\\u0007\\u000b-\\u001a\\u001c-\\u001f\\u007f]',
  ].join('|'),
  'g',
)
const COLOUR = /\u001b\[[\d;:]*m/g
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/
/* eslint-enable no-control-regex */

/** Text and colours of one line, without anything else. */
export function withoutControls(raw: string): string {
  if (!CONTROL.test(raw)) return raw
  const clean = raw.replace(NOT_COLOUR, '')
  return clean.includes('\b') ? withBackspaces(clean) : clean
}

/** The text alone. */
export function withoutColours(clean: string): string {
  return clean.includes('\u001b') ? clean.replace(COLOUR, '').replaceAll('\u001b', '') : clean
}

/** The colours alone. */
export function coloursOf(clean: string): string {
  return clean.includes('\u001b') ? (clean.match(COLOUR) ?? []).join('') : ''
}

/** A spinner draws `-\b\\b|`: each backspace takes the character before it away. */
function withBackspaces(text: string): string {
  const kept: string[] = []
  for (const char of text) {
    if (char !== '\b') kept.push(char)
    else kept.pop()
  }
  return kept.join('')
}
