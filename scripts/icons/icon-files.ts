/**
 * The two containers that hold an icon in several sizes. Both take whole PNG files, so that nothing but a header is written
 * here. https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10) and https://en.wikipedia.org/wiki/Apple_Icon_Image_format
 */

/** One size of an icon. */
export interface Picture {
  readonly size_px: number
  readonly png: Buffer
}

const ICO_HEADER_BYTES = 6
const ICO_ENTRY_BYTES = 16
const ICNS_HEADER_BYTES = 8

/** Which of them stands for which size; the doubled ones are of the same picture as the plain one of that many pixels. */
const ICNS_TYPES: readonly (readonly [type: string, size_px: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic13', 256],
  ['ic09', 512],
  ['ic14', 512],
  ['ic10', 1024],
]

/** For Windows. @param pictures of at most 256 pixels */
export function icoFile(pictures: readonly Picture[]): Buffer {
  const header = Buffer.alloc(ICO_HEADER_BYTES + ICO_ENTRY_BYTES * pictures.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(pictures.length, 4)
  let offset = header.length
  for (const [index, { size_px, png }] of pictures.entries()) {
    const at = ICO_HEADER_BYTES + ICO_ENTRY_BYTES * index
    // 256 is written as 0.
    header.writeUInt8(size_px % 256, at)
    header.writeUInt8(size_px % 256, at + 1)
    header.writeUInt16LE(1, at + 4)
    header.writeUInt16LE(32, at + 6)
    header.writeUInt32LE(png.length, at + 8)
    header.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)])
}

/** For macOS. @throws Error where a size is missing */
export function icnsFile(pictures: readonly Picture[]): Buffer {
  const blocks = ICNS_TYPES.map(([type, size_px]) => {
    const picture = pictures.find((candidate) => candidate.size_px === size_px)
    if (picture === undefined) throw new Error(`the icon for macOS needs a picture of ${size_px} pixels`)
    return icnsBlock(type, picture.png)
  })
  return icnsBlock('icns', Buffer.concat(blocks))
}

function icnsBlock(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(ICNS_HEADER_BYTES)
  header.write(type, 0, 'latin1')
  header.writeUInt32BE(ICNS_HEADER_BYTES + body.length, 4)
  return Buffer.concat([header, body])
}
