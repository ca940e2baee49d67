import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const root = import.meta.dirname
const outDir = join(root, 'dist')
const stampFile = join(outDir, '.built-from')

/** Builds the page when its sources have changed since the last build, and returns the folder with the result. */
export async function buildPage(): Promise<string> {
  const sources = await fingerprint()
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === sources) return outDir
  await build({
    root,
    base: '/',
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
  })
  await mkdir(outDir, { recursive: true })
  await writeFile(stampFile, sources)
  return outDir
}

async function fingerprint() {
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(outDir) && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(name.slice(root.length)).update(await readFile(name))
  return hash.digest('hex')
}

if (import.meta.main) await buildPage()
