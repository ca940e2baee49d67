import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { airportFiles } from './airport-files.ts'
import { isBuiltFrom, STAMP } from './build.ts'

// Run by `buildPage`: node make-page.ts <where to> <what the sources are known by>
const [outDir = '', sources = ''] = process.argv.slice(2)
const workshop = join(import.meta.dirname, '../../node_modules/.cache/jetvision-page')
const fresh = join(workshop, randomUUID())
const old = `${fresh}-old`

const { address, write } = airportFiles()
await build({
  root: import.meta.dirname,
  base: '/',
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  define: { AIRPORTS_ADDRESS: JSON.stringify(address) },
  build: { outDir: fresh, emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
})
await write(fresh)
await compressed(join(fresh, 'assets'))
await writeFile(join(fresh, STAMP), sources)

// Several processes may build at once: the folder is exchanged as a whole, and whoever comes second finds its work done.
await mkdir(workshop, { recursive: true })
await rename(outDir, old).catch(() => undefined) // there is none yet, or another process took it away
await rename(fresh, outDir).catch(async (error: unknown) => {
  if (!(await isBuiltFrom(sources))) throw error
})
await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })))

/** Scripts and styles lie beside themselves as they go over the wire: compressing them once, here, may take its time. */
async function compressed(folder: string) {
  const names = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name))
  await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name))
      await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes))
      await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes))
    }),
  )
}
