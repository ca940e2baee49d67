import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = import.meta.dirname
const airports = join(root, '../../tools/airports')
const outDir = join(root, 'dist')
const notBuilt = [outDir, join(root, 'screenshots')]

/** Holds what a built page was built from. */
export const STAMP = '.built-from'

/**
 * Builds the page when its sources have changed since the last build, and returns the folder with the result. The building happens in a
 * process of its own: a service that only serves the page need not carry the tools, and what a test sets for itself stays out of the page.
 */
export async function buildPage(): Promise<string> {
  const sources = await fingerprint()
  if (await isBuiltFrom(sources)) return outDir
  const environment = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, [join(root, 'make-page.ts'), outDir, sources], { env: environment })
  return outDir
}

export const isBuiltFrom = async (sources: string) =>
  (await readFile(join(outDir, STAMP), 'utf8').catch(() => '')) === sources // no stamp: never built

async function fingerprint() {
  const names = (await Promise.all([root, airports].map(filesIn))).flat().sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(name.slice(root.length)).update(await readFile(name))
  return hash.digest('hex')
}

const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/^test-|\.(test\.ts|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !notBuilt.some((skipped) => path.startsWith(skipped)))

if (import.meta.main) await buildPage()
