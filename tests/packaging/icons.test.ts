import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { icnsFile, icoFile } from '../../scripts/icons/icon-files.ts'

const root = resolve(import.meta.dirname, '../..')
const resource = (...path: readonly string[]): Buffer => readFileSync(join(root, 'resources', ...path))

/** Width and height that a PNG says it has. */
function sizeOf(png: Buffer): readonly [number, number] {
  expect(png.toString('latin1', 1, 4)).toBe('PNG')
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

/** The pictures of an .ico, as they say themselves and as the table of contents says. */
function readIco(file: Buffer): { readonly listed: number; readonly size: readonly [number, number] }[] {
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const entry = file.subarray(6 + 16 * index)
    const offset = entry.readUInt32LE(12)
    return {
      listed: entry.readUInt8(0) || 256,
      size: sizeOf(file.subarray(offset, offset + entry.readUInt32LE(8))),
    }
  })
}

function readIcns(file: Buffer): Map<string, readonly [number, number]> {
  expect(file.toString('latin1', 0, 4)).toBe('icns')
  expect(file.readUInt32BE(4)).toBe(file.length)
  const found = new Map<string, readonly [number, number]>()
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    found.set(file.toString('latin1', at, at + 4), sizeOf(file.subarray(at + 8)))
  }
  return found
}

describe('the icons', () => {
  test('of the window, the page and the installers are one mark', () => {
    expect(readFileSync(join(root, 'renderer/icon.svg'), 'utf8')).toBe(
      resource('icons/app.svg').toString('utf8'),
    )
    expect(resource('icons/app.png').equals(resource('installer/icons/512x512.png'))).toBe(true)
  })

  test('for Linux have the size their name says', () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
      expect(sizeOf(resource(`installer/icons/${size}x${size}.png`))).toEqual([size, size])
    }
  })

  test('for Windows stand in one file with every size from 16 to 256', () => {
    const pictures = readIco(resource('installer/icon.ico'))
    expect(pictures.map(({ listed }) => listed)).toEqual([16, 20, 24, 32, 40, 48, 64, 128, 256])
    for (const { listed, size } of pictures) expect(size).toEqual([listed, listed])
  })

  test('for macOS stand in one file with every size up to 1024, plain and doubled', () => {
    const pictures = readIcns(resource('installer/icon.icns'))
    expect(Object.fromEntries([...pictures].map(([type, [width]]) => [type, width]))).toEqual({
      icp4: 16,
      icp5: 32,
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic08: 256,
      ic13: 256,
      ic09: 512,
      ic14: 512,
      ic10: 1024,
    })
  })

  test('of the tray have a doubled one beside them', () => {
    expect(sizeOf(resource('icons/tray.png'))).toEqual([16, 16])
    expect(sizeOf(resource('icons/tray@2x.png'))).toEqual([32, 32])
    expect(sizeOf(resource('icons/trayTemplate.png'))).toEqual([18, 18])
    expect(sizeOf(resource('icons/trayTemplate@2x.png'))).toEqual([36, 36])
  })

  test('cannot be put together with a size missing', () => {
    const png = resource('icons/tray.png')
    expect(() => icnsFile([{ size_px: 16, png }])).toThrow(/needs a picture of 32 pixels/)
    expect(readIco(icoFile([{ size_px: 16, png }]))).toEqual([{ listed: 16, size: [16, 16] }])
  })
})
