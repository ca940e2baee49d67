import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'

/** Reads a JSON file of generated secrets, or creates it once. Only the owner may read it; a crash leaves the old or the new one whole. */
export async function readOrCreate<T>(path: string, schema: z.ZodType<T>, create: () => T | Promise<T>): Promise<T> {
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing !== undefined) return schema.parse(JSON.parse(existing))
  const created = await create()
  await writePrivate(path, JSON.stringify(created))
  return created
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivate(path: string, content: string) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.part`, content, { mode: 0o600 })
  await rename(`${path}.part`, path)
}
