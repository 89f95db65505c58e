import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import type { ApiConnection } from '../../shared/api-client.ts'
import { dropFiles } from '../../tests/e2e/drop.ts'
import type { ServeHost } from '../../tests/e2e/hosts/serve-host.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const
const SCHEMES = ['light', 'dark'] as const

export interface Shots {
  readonly host: ServeHost
  readonly api: ApiConnection
  /** Folder of the pictures. */
  readonly target: string
  /** Begins the names of the pictures. */
  readonly label: string
  /** Where files to be dropped can be put. */
  readonly work: string
}

interface View {
  readonly name: string
  /** @returns how to leave it, or null where there is no such thing to show */
  readonly open: (page: Page, shots: Shots) => Promise<(() => Promise<void>) | null>
}

const nothing = (): Promise<void> => Promise.resolve()

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click()
  await page.mouse.move(0, 0)
}

function escape(page: Page): () => Promise<void> {
  return async () => {
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  }
}

const VIEWS: readonly View[] = [
  ...(['Queue', 'History', 'Workers', 'Settings'] as const).map((name) => ({
    name: name.toLowerCase(),
    async open(page: Page, { label }: Shots) {
      await goTo(page, name)
      // Charts are read behind the list.
      if (name === 'History' && label !== 'none') await page.getByText(/^succeeded [1-9]/).waitFor()
      return nothing
    },
  })),
  {
    name: 'job',
    async open(page, { api }) {
      const { jobs } = await api.call('jobs:list', {
        filter: { states: ['running'] },
        order: 'newest',
        limit: 20,
      })
      const encoding = jobs.find(({ job }) => job.name.startsWith('encode'))
      if (encoding === undefined) return null
      await goTo(page, 'Queue')
      await page.getByRole('grid', { name: 'Jobs' }).getByRole('link', { name: encoding.job.name }).click()
      await page.getByRole('log').waitFor()
      return nothing
    },
  },
  {
    name: 'preview',
    async open(page, { work }) {
      const file = join(work, 'grading.job.yaml')
      writeFileSync(file, GRADING)
      await goTo(page, 'Queue')
      await dropFiles(page, [file])
      await page.getByRole('dialog').waitFor()
      return escape(page)
    },
  },
  {
    name: 'palette',
    async open(page) {
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('dialog').waitFor()
      return escape(page)
    },
  },
  {
    name: 'shortcuts',
    async open(page) {
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      return escape(page)
    },
  },
]

const GRADING = `version: 1
defaults: { group: media, env: { LUT: teal.cube } }
jobs:
  - name: grade scene-04
    command: [ffmpeg, -i, scene-04.mp4, -vf, lut3d=teal.cube, graded-04.mp4]
    priority: 5
  - name: grade scene-05
    command: [ffmpeg, -i, scene-05.mp4, -vf, lut3d=teal.cube, graded-05.mp4]
  - name: grade scene-06
    command: [ffmpeg, -i, scene-06.mp4, -vf, lut3d=teal.cube, graded-06.mp4]
    timeout: a while
`

/** Takes a picture of each view in each size, light and dark. @returns how many were taken */
export async function takeShots(shots: Shots): Promise<number> {
  const { page } = shots.host
  await page.getByRole('navigation', { name: 'Views' }).waitFor()
  let taken = 0
  for (const { name, open } of VIEWS) {
    const leave = await open(page, shots)
    if (leave === null) continue
    for (const size of SIZES) {
      await page.setViewportSize(size)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.screenshot({
          path: join(shots.target, `${shots.label}-${name}-${colorScheme}-${size.width}.png`),
          animations: 'disabled',
          caret: 'hide',
        })
        taken += 1
      }
    }
    await leave()
  }
  return taken
}
