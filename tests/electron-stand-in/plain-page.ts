/** A built tree of one's own: the app as it was built, with a page that has no looks, or with a fault planted in it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Calls the API by the port alone: `call(name, input)`; keeps what is pushed and dropped. */
const SCRIPT = `
let port = null
let last = 0
const waiting = new Map()
const early = []
window.pushes = []
window.files = []
window.closed_ports = 0
const say = (message) => (port === null ? early.push(message) : port.postMessage(message))
window.call = (name, input) =>
  new Promise((resolve, reject) => {
    last += 1
    waiting.set(last, { resolve, reject })
    say({ type: 'call', call_id: last, name, input })
  })
window.say = say
addEventListener('message', (event) => {
  if (event.data?.type !== 'jobyard-port' || event.source !== window || event.origin !== location.origin) return
  port = event.ports[0]
  port.addEventListener('close', () => {
    window.closed_ports += 1
  })
  port.onmessage = ({ data }) => {
    if (data.type === 'answer') {
      const { resolve, reject } = waiting.get(data.call_id)
      if (data.ok) resolve(data.value)
      else reject(new Error(data.error.code))
    } else window.pushes.push(data)
    if ('seq' in data) port.postMessage({ type: 'ack', seq: data.seq })
  }
  for (const message of early.splice(0)) port.postMessage(message)
})
window.jobyardHost.onFiles((paths) => window.files.push(...paths))
window.jobyardHost.requestPort()
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  window.dropped = [...event.dataTransfer.files].map((file) => window.jobyardHost.pathOf(file))
})
`

/** @returns the copy's `out`. @param folder is removed by the caller */
export function copyOfBuild(folder: string): string {
  const out = join(folder, 'out')
  mkdirSync(out)
  cpSync(join(ROOT, 'out/main'), join(out, 'main'), { recursive: true })
  cpSync(join(ROOT, 'out/preload'), join(out, 'preload'), { recursive: true })
  mkdirSync(join(out, 'renderer'))
  writeFileSync(
    join(out, 'renderer/index.html'),
    '<!doctype html><title>plain</title><script type="module" src="./plain.js"></script><a href="https://example.org/">away</a>',
  )
  writeFileSync(join(out, 'renderer/plain.js'), SCRIPT)
  // What the bundle does not carry.
  for (const name of ['node_modules', 'resources', 'package.json'])
    symlinkSync(join(ROOT, name), join(folder, name))
  return out
}

/** Plants a fault. @throws Error where the text is not in exactly one file: then the plant is out of date */
export function plant(folder: string, text: string, instead: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?js$/.test(file))
    .map((file) => join(folder, file))
    .filter((file) => readFileSync(file, 'utf8').includes(text))
  const [file] = files
  if (file === undefined || files.length > 1) throw new Error(`${files.length} files hold ${text}`)
  writeFileSync(file, readFileSync(file, 'utf8').replace(text, instead))
  // They would tell of lines that are others now.
  rmSync(`${file}.map`, { force: true })
}
