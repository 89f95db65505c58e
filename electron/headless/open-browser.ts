import { spawn } from 'node:child_process'

/** Opens a page in the person's browser; false where this machine cannot, as far as that can be told. */
export async function openInBrowser(url: string): Promise<boolean> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return false
  const [program, ...args] = opener(process.platform)
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => {
      resolve(false)
    })
    child.once('spawn', () => {
      resolve(true)
    })
    child.unref()
  })
}

function opener(platform: NodeJS.Platform): [string, ...string[]] {
  switch (platform) {
    case 'darwin':
      return ['open']
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler']
    default:
      return ['xdg-open']
  }
}
