import type { Socket } from 'node:net'

/** Enough for the largest text that may be pasted, however its characters are escaped. */
const MAX_LINE_BYTES = 48 * 1_024 * 1_024
/** Pushes are given by credit, so only a reader that hangs with answers under way comes near this. */
const MAX_UNSENT_BYTES = 64 * 1_024 * 1_024
const NEWLINE = 0x0a

/** Sends one message as a line of JSON; a reader that hangs is left. */
export function sendLine(socket: Socket, message: object): void {
  if (!socket.writable) return
  socket.write(`${JSON.stringify(message)}\n`)
  if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy()
}

/** Hands on each line as what it means in JSON. A line that is none, or too long, ends the connection. */
export function readLines(socket: Socket, take: (message: unknown) => void): void {
  let pieces: Buffer[] = []
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end))
      const line = Buffer.concat(pieces).toString()
      pieces = []
      bytes = 0
      start = end + 1
      if (!takeLine(line, socket, take)) return
    }
    pieces.push(chunk.subarray(start))
    bytes += chunk.length - start
    if (bytes > MAX_LINE_BYTES) socket.destroy()
  })
}

/** False where the connection is over. */
function takeLine(line: string, socket: Socket, take: (message: unknown) => void): boolean {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    socket.destroy()
    return false
  }
  take(message)
  return !socket.destroyed
}
