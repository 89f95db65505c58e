/**
 * `npm run icons`: draws every icon of the app from resources/icons/app.svg, in the Chromium the specs run in. What it
 * writes is committed, so that nobody needs a browser to build.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { chromium as playwrightChromium } from '@playwright/test'
import { findChromium, launchOptionsOf, removeChromium } from '../tests/e2e/chromium.ts'
import type { Picture } from './icons/icon-files.ts'
import { icnsFile, icoFile } from './icons/icon-files.ts'

interface Look {
  /** Part of the picture's side that the mark takes. */
  readonly scale: number
  /** Rules for the parts of the mark. */
  readonly css: string
}

const root = resolve(import.meta.dirname, '..')
const icons = join(root, 'resources/icons')
const installer = join(root, 'resources/installer')
const source = readFileSync(join(icons, 'app.svg'), 'utf8')

const PLAIN: Look = { scale: 1, css: '' }
/** macOS leaves a margin around the plates of its icons: 824 of 1024 pixels. */
const MAC_PLATE: Look = { scale: 824 / 960, css: '' }
/** A tray has a ground of its own, which nobody knows: a grey that shows on light and dark. */
const TRAY: Look = {
  scale: 1.24,
  css: '#ground { display: none } [stroke] { stroke: #8b93a7 } [fill="#ffffff"] { fill: #6f8bff }',
}
/** macOS takes the shape only and colours it itself; wagons must not run together with their tracks. */
const TRAY_TEMPLATE: Look = {
  scale: 1.24,
  css: '#ground { display: none } [stroke] { stroke: #000; stroke-opacity: 0.45 } rect { fill: #000 !important }',
}
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512]
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 128, 256]
const MAC_SIZES = [16, 32, 64, 128, 256, 512, 1024]

/** Draws the mark, on nothing. */
async function draw(page: Page, size_px: number, look: Look): Promise<Picture> {
  const svg = source.replace('</svg>', `<style>${look.css}</style></svg>`)
  const side = size_px * look.scale
  const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  await page.setViewportSize({ width: size_px, height: size_px })
  const box = `position: absolute; left: ${(size_px - side) / 2}px; top: ${(size_px - side) / 2}px`
  await page.setContent(`<img src="${url}" style="${box}; width: ${side}px; height: ${side}px">`)
  await page.waitForFunction('document.images[0].complete')
  return { size_px, png: await page.screenshot({ omitBackground: true }) }
}

async function drawAll(page: Page, sizes: readonly number[], look: Look): Promise<Picture[]> {
  const pictures: Picture[] = []
  for (const size_px of sizes) pictures.push(await draw(page, size_px, look))
  return pictures
}

async function makeIcons(page: Page): Promise<void> {
  mkdirSync(join(installer, 'icons'), { recursive: true })
  for (const { size_px, png } of await drawAll(page, LINUX_SIZES, PLAIN)) {
    writeFileSync(join(installer, 'icons', `${size_px}x${size_px}.png`), png)
    if (size_px === 512) writeFileSync(join(icons, 'app.png'), png)
  }
  writeFileSync(join(installer, 'icon.ico'), icoFile(await drawAll(page, WINDOWS_SIZES, PLAIN)))
  writeFileSync(join(installer, 'icon.icns'), icnsFile(await drawAll(page, MAC_SIZES, MAC_PLATE)))
  for (const [name, size_px, look] of [
    ['tray.png', 16, TRAY],
    ['tray@2x.png', 32, TRAY],
    ['trayTemplate.png', 18, TRAY_TEMPLATE],
    ['trayTemplate@2x.png', 36, TRAY_TEMPLATE],
  ] as const) {
    writeFileSync(join(icons, name), (await draw(page, size_px, look)).png)
  }
  // The page cannot reach resources/.
  copyFileSync(join(icons, 'app.svg'), join(root, 'renderer/icon.svg'))
}

const chromium = await findChromium()
const browser = await playwrightChromium.launch(launchOptionsOf(chromium))
try {
  await makeIcons(await browser.newPage())
} finally {
  await browser.close()
  removeChromium(chromium)
}
