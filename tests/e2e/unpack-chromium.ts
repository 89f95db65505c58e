/** Unpacks the Chromium of the npm package into the temporary folder, which is what TMPDIR says. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'

/** The browser, a font, software rendering, and the libraries that a minimal system does not have. */
const ARCHIVES = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']

const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..', 'bin')
await Promise.all(ARCHIVES.map((archive) => inflate(join(bin, archive))))
