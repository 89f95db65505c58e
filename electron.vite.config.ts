import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    publicDir: at('resources'),
    build: {
      outDir: at('out/main'),
      sourcemap: true,
      // Of all that is bundled: it is given out with the app.
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        // Each is started by its fixed name: a process or a thread is a file, not an import.
        input: {
          main: at('electron/main/main.ts'),
          worker: at('electron/worker/worker.ts'),
          cli: at('electron/headless/cli.ts'),
          'store-thread': at('electron/engine/store/store-thread.ts'),
          'history-thread': at('electron/engine/store/history-thread.ts'),
          'job-file-thread': at('electron/engine/job-files/job-file-thread.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      // A sandboxed preload is one classic script: no import, no require of anything but electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('electron/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [svelte({ configFile: at('svelte.config.js') })],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      // Of all that is bundled: it is given out with the app.
      license: { fileName: 'licenses.md' },
      rolldownOptions: { input: at('renderer/index.html') },
    },
  },
})
